// The command line ends quietly when the reader of its output closes the pipe, as in `portrait --help | head -1`.
import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const cli = resolve(import.meta.dirname, '../../apps/cli/bin/portrait.mjs');

it('a reader who has seen enough ends it without a word, and not as success', async () => {
  const child = spawn(process.execPath, [cli, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const code = await new Promise((done) => child.once('close', done));
  expect([code, words]).toEqual([141, '']);
});
