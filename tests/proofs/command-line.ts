// Renders the videos of the night with the command line: as many `portrait render` processes in parallel as there
// are render workers. The comparison for the batch.
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startOf } from './night.js';
import { EMBEDDED } from './small-portrait.js';

const PROGRAM = resolve(import.meta.dirname, '../../../apps/cli/bin/portrait.mjs');

export interface CommandLineOptions {
  /** Store with the portrait of `EMBEDDED`. */
  store: string;
  speech: string;
  items: number;
  first: number;
  /** Commands side by side. */
  concurrency: number;
  /** Length of a video, seconds. */
  seconds: number;
  threads: number;
  out: string;
}

/** @returns seconds from the first begin to the last end */
export async function timeCommandLine({
  store,
  speech,
  items,
  first,
  concurrency,
  seconds,
  threads,
  out,
}: CommandLineOptions): Promise<number> {
  await mkdir(out, { recursive: true });
  const queue = Array.from({ length: items }, (_, n) => first + n).values();
  const began = Date.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const n of queue) {
        const choices = [`render.startSeconds=${startOf(n)}`, `render.durationSeconds=${seconds}`].flatMap((text) => [
          '--set',
          text,
        ]);
        await command([
          'render',
          '--person',
          EMBEDDED,
          '--store',
          store,
          '--threads',
          String(threads),
          '--audio',
          speech,
          '--out',
          join(out, `${n}.mp4`),
          ...choices,
        ]);
      }
    }),
  );
  return (Date.now() - began) / 1000;
}

function command(args: readonly string[]): Promise<void> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    child
      .once('error', failed)
      .once('close', (code) =>
        code === 0 ? done() : failed(new Error(`portrait ${args.join(' ')} ended with ${code}: ${words}`)),
      );
  });
}
