// Kills `portrait train` with SIGKILL in the middle of training and runs the same command again: it resumes from
// the last checkpoint and makes the same portrait as an uninterrupted run.
import { beforeAll, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describeWithData, folderForTests, sharedData } from '@portrait/testing';

jest.setTimeout(900_000);

const VIDEO = 'video/cnn2_25fps.mp4';
const cli = resolve(import.meta.dirname, '../../apps/cli/bin/portrait.mjs');

const SETTINGS = {
  'ingest.size': 96,
  'ingest.startSeconds': 8,
  'ingest.durationSeconds': 4,
  'head-training.steps': 90,
  'head-training.checkpointSteps': 30,
  'head-training.evaluations': 1,
  'head-training.evaluationFrames': 8,
  'head-training.gate': 'warning',
  'head-training.optim.raysPerStep': 512,
  'lips-finetuning.steps': 10,
  'lips-finetuning.evaluationFrames': 8,
  'lips-finetuning.patchSize': 32,
  'lips-finetuning.gate': 'warning',
  'lips-finetuning.optim.raysPerStep': 256,
  'torso-training.steps': 30,
  'torso-training.raysPerStep': 512,
};

interface Line {
  type: string;
  stage?: string;
  resumed?: boolean;
  done?: number;
  parts?: Record<string, { digest: string }>;
}

describeWithData('kill -9', [VIDEO], () => {
  const folder = folderForTests();
  beforeAll(async () => {
    await writeFile(
      folder.file('consent.json'),
      JSON.stringify({ grantedBy: 'Test', subject: 'Test', date: '2026-01-01', purpose: 'test of this software' }),
    );
  });

  /** Runs the command; `killWhen` sees every line and says when the process dies. */
  function train(
    store: string,
    more: string[],
    killWhen: (line: Line) => boolean = () => false,
  ): Promise<{ code: number | null; lines: Line[] }> {
    const set = Object.entries(SETTINGS).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const child = spawn(
      process.execPath,
      [
        cli,
        'train',
        '--video',
        sharedData(VIDEO),
        '--person',
        'test',
        '--preset',
        'preview',
        '--consent',
        folder.file('consent.json'),
        '--store',
        store,
        '--threads',
        '2',
        '--no-evaluate',
        '--json',
        ...set,
        ...more,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const lines: Line[] = [];
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      if (killWhen(line)) child.kill('SIGKILL');
    });
    return new Promise((settle, fail) => {
      child.once('error', fail);
      child.once('close', (code) => settle({ code, lines }));
    });
  }

  const partsOf = (lines: Line[]): Record<string, string> =>
    Object.fromEntries(
      Object.entries(lines.find((line) => line.type === 'result')!.parts!).map(([role, part]) => [role, part.digest]),
    );

  it('goes on from the checkpoint to the same portrait', async () => {
    const prepared = folder.file('undisturbed');
    expect((await train(prepared, ['--until', 'neck-inpainting'])).code).toBe(0);
    const disturbed = folder.file('disturbed');
    await cp(prepared, disturbed, { recursive: true });

    const whole = await train(prepared, []);
    expect(whole.code).toBe(0);

    // Behind the checkpoint at step 30 and before the one at step 60: the steps in between must be done again.
    const killed = await train(
      disturbed,
      [],
      (line) => line.stage === 'head-training' && line.type === 'progress' && line.done! > 30,
    );
    expect(killed.code).toBeNull();
    expect(killed.lines.some((line) => line.type === 'result')).toBe(false);

    const again = await train(disturbed, []);
    expect(again.code).toBe(0);
    expect(again.lines.find((line) => line.type === 'start' && line.stage === 'head-training')!.resumed).toBe(true);
    expect(
      again.lines.find((line) => line.type === 'progress' && line.stage === 'head-training' && line.done! > 0)!.done,
    ).toBeGreaterThan(30);
    expect(partsOf(again.lines)).toEqual(partsOf(whole.lines));
  });
});
