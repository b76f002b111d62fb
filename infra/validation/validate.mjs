#!/usr/bin/env node
// Builds every missing validation tool (minutes the first time, 2 GB of Go's cache) and runs all checks. Exit code
// 1 when a check fails or accepts a broken copy, 4 when a tool is not available.
// Usage: node infra/validation/validate.mjs
import { builtContracts, readPackages } from '../images/workspace.mjs';
import { listServices } from '../images/services.mjs';
import { checks } from './checks.mjs';
import { provide, TOOLS } from './tools.mjs';

const paths = {};
const reasons = {};
for (const [name, { title }] of Object.entries(TOOLS)) {
  const started = Date.now();
  const { path, reason } = await provide(name, { make: true });
  if (path !== null) paths[name] = path;
  else reasons[name] = reason;
  console.log(`${title}: ${reason ?? `here after ${((Date.now() - started) / 1000).toFixed(0)} s`}`);
}

const count = { passed: 0, failed: 0, skipped: 0 };
for (const { title, needs, check, breaks } of checks(listServices(await builtContracts(), readPackages()))) {
  const lacks = needs.find((name) => paths[name] === undefined);
  if (lacks !== undefined) {
    console.log(`- ${title}: not validated, because ${reasons[lacks]}`);
    count.skipped++;
    continue;
  }
  const words = await check(paths).catch((error) => error.message);
  const tooKind = words === null && breaks !== undefined && (await breaks(paths)) === null;
  console.log(
    words === null && !tooKind
      ? `- ${title}: good${breaks ? ', and a broken copy is refused' : ''}`
      : `- ${title}: ${words ?? 'a broken copy is not refused'}`,
  );
  count[words === null && !tooKind ? 'passed' : 'failed']++;
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 ? 1 : count.skipped > 0 ? 4 : 0;
