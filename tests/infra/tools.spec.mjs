// Runs the validation tools on images, compose file, manifests and alerts. Tools that download within seconds are
// fetched here. Tools that take minutes to build are skipped, with the reason, until node
// infra/validation/validate.mjs has built them.
import { describe, expect, it } from '@jest/globals';
import { STAGES, stageQueue } from '@portrait/contracts';
import { listServices } from '../../infra/images/services.mjs';
import { readPackages } from '../../infra/images/workspace.mjs';
import { checks } from '../../infra/validation/checks.mjs';
import { provide, TOOLS } from '../../infra/validation/tools.mjs';

const found = Object.fromEntries(
  await Promise.all(
    Object.entries(TOOLS).map(async ([name, { quick }]) => [name, await provide(name, { make: quick })]),
  ),
);
const paths = Object.fromEntries(Object.entries(found).map(([name, { path }]) => [name, path]));

describe('by their own tools', () => {
  for (const { title, needs, check, breaks } of checks(listServices({ STAGES, stageQueue }, readPackages()))) {
    const lacks = needs.find((name) => found[name].path === null);
    const test = lacks === undefined ? it : it.skip;
    test(`${title}${lacks === undefined ? '' : ` (not validated, because ${found[lacks].reason})`}`, async () => {
      expect(await check(paths)).toBeNull();
      if (breaks !== undefined) expect(await breaks(paths)).not.toBeNull();
    });
  }
});
