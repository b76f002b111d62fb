// The command line and the native add-on under every supported Node release, with binaries that set-up fetches.
import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findRuntime, NODE_RUNTIMES } from '../../infra/setup/node-runtimes.mjs';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const CLI = join(root, 'apps/cli/bin/portrait.mjs');
const READ_KERNELS = `
  import { kernelInfo } from '@portrait/kernels';
  console.log(JSON.stringify({ node: process.versions.node, threads: kernelInfo().threads }));
`;

for (const runtime of NODE_RUNTIMES) {
  const { path, reason } = findRuntime(runtime);
  const suite = path === null ? describe.skip : describe;
  suite(`Node ${runtime.major}${path === null ? ` (not supported, because ${reason})` : ''}`, () => {
    const node = async (...args: string[]): Promise<string> => (await run(path!, args, { cwd: root })).stdout.trim();

    it('prints the version of the command line', async () => {
      expect(await node(CLI, '--version')).toMatch(/^\d+\.\d+\.\d+$/);
    });

    it('loads the native add-on', async () => {
      const answer = JSON.parse(await node('--input-type=module', '-e', READ_KERNELS)) as object;
      expect(answer).toMatchObject({ node: runtime.version, threads: expect.any(Number) });
    });
  });
}
