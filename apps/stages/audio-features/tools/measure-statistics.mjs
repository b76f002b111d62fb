// Measures the fixed statistics of both extractors over recordings of speech and writes src/statistics/*.ts.
// Run it when an extractor changes, and raise the extractor's version:
//   npm run build && node apps/stages/audio-features/tools/measure-statistics.mjs FILE...
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readAudio } from '@portrait/media';
import { modelPath } from '@portrait/models';
import { logMel, MEL_BANDS, MEL_HOP, MEL_WINDOW } from '../dist/log-mel.js';
import { openMoonshine } from '../dist/moonshine.js';
import { StatisticsMeter } from '../dist/statistics/statistics.js';
import { openWhisper } from '../dist/whisper.js';
import { encodeInWindows, FRAME_SAMPLES, WINDOW_FRAMES } from '../dist/windows.js';

const files = process.argv.slice(2).sort();
if (files.length === 0) throw new Error('Name the recordings to measure.');
const recordings = [];
const provenance = [];
for (const file of files) {
  recordings.push(await readAudio(file, { sampleRate: 16000 }));
  provenance.push(
    `${basename(file)} ${createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
      .slice(0, 12)}`,
  );
}

async function* whole(samples) {
  yield samples;
}
async function measure(encoder) {
  const meter = new StatisticsMeter(encoder.channels);
  for (const samples of recordings)
    for await (const block of encodeInWindows(whole(samples), encoder)) meter.add(block.data);
  return meter.result();
}
/** Mean log-mel over windows of the length the encoder sees. */
function meanMel() {
  const meter = new StatisticsMeter(MEL_BANDS);
  const window = WINDOW_FRAMES * FRAME_SAMPLES;
  for (const samples of recordings) {
    for (let at = 0; at + window <= samples.length; at += window) {
      const frames = Math.floor((window - MEL_WINDOW) / MEL_HOP / 2) * 2;
      const mel = logMel(samples.subarray(at, at + window), frames);
      const turned = new Float32Array(mel.length);
      for (let band = 0; band < MEL_BANDS; band++)
        for (let t = 0; t < frames; t++) turned[t * MEL_BANDS + band] = mel[band * frames + t];
      meter.add(turned);
    }
  }
  return meter.result().mean;
}

const seconds = recordings.reduce((sum, r) => sum + r.length / 16000, 0);
const numbers = (values) =>
  `[\n${chunk(
    values.map((v) => `${Number(v.toPrecision(5))}`),
    16,
  )
    .map((row) => `  ${row.join(', ')},`)
    .join('\n')}\n]`;
const chunk = (list, size) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
const head = [
  `// Written by tools/measure-statistics.mjs over ${seconds.toFixed(1)} s of speech`,
  '// (file, first digits of its sha256):',
  ...provenance.map((p) => `// ${p}`),
  `import type { Statistics } from './statistics.js';\n`,
].join('\n');
const indented = (values) => numbers(values).replaceAll('\n', '\n  ');
const table = (name, { mean, deviation }) =>
  `\nexport const ${name}: Statistics = {\n  mean: ${indented(mean)},\n  deviation: ${indented(deviation)},\n};\n`;
const target = (name) => join(import.meta.dirname, '../src/statistics', `${name}.ts`);

await writeFile(
  target('moonshine-tiny-layer3'),
  head + table('MOONSHINE_STATISTICS', await measure(await openMoonshine(await modelPath('moonshine-tiny-encoder')))),
);
const constant = meanMel().map((v) => Number(v.toPrecision(5)));
const whisper = await measure(await openWhisper(await modelPath('whisper-base-layer2'), constant));
const meanMelTable = [
  '',
  '/** Mean log-mel per band: the constant spectrogram whose output is subtracted. */',
  `export const WHISPER_MEAN_MEL: readonly number[] = ${numbers(constant)};`,
  '',
].join('\n');
await writeFile(target('whisper-base-layer2'), head + meanMelTable + table('WHISPER_STATISTICS', whisper));
