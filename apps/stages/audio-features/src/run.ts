// Streams the sound of a clip or a speech recording through a named extractor into features.npy, 50 rows per second, in
// constant memory. The audio input a of paper section 3.2, with hidden states of a recogniser instead of its logits.
import { implement } from '@portrait/stage-kit';
import {
  featuresJsonSchema,
  PortraitError,
  SAMPLE_RATE,
  type FeaturesJson,
  audioFeaturesSpec,
} from '@portrait/contracts';
import { probeMedia, readAudioChunks } from '@portrait/media';
import { openExtractor } from './extractors.js';
import { FeaturesWriter } from './features-writer.js';
import { SpeechMeter, speechFindings } from './grade-speech.js';
import { PreviewCollector } from './preview.js';
import { featureFrames, FRAME_SAMPLES } from './windows.js';

export const audioFeaturesStage = implement(audioFeaturesSpec, async (ctx, { audio }, { extractor: name }) => {
  const path = await ctx.artifacts.path(audio, audio.kind === 'clip' ? 'audio.wav' : 'source');
  const media = await probeMedia(path, { signal: ctx.signal });
  if (!media.audio)
    throw new PortraitError('INPUT_NO_AUDIO', 'The file has no sound stream.', {
      at: { stage: 'audio-features', file: path },
      hint: 'Use a recording of speech: WAV, MP3, M4A, or a video with sound.',
    });
  const extractor = await openExtractor(name, ctx);
  const expected = featureFrames(Math.round((media.audio.seconds ?? media.seconds) * SAMPLE_RATE));

  const draft = await ctx.artifacts.create('audio-features');
  const file = await FeaturesWriter.create(draft.path('features.npy'), extractor.channels);
  const meter = new SpeechMeter();
  const preview = new PreviewCollector(name, extractor.channels);
  let samples = 0;
  async function* measuredChunks(): AsyncGenerator<Float32Array> {
    for await (const chunk of readAudioChunks(path, { sampleRate: SAMPLE_RATE, signal: ctx.signal })) {
      samples += chunk.length;
      meter.add(chunk);
      preview.addSamples(chunk);
      yield chunk;
    }
  }

  let length = 0;
  try {
    for await (const block of extractor.extract(measuredChunks())) {
      ctx.signal.throwIfAborted();
      requireFinite(block.data, extractor.channels, block.start);
      await file.append(block.data);
      preview.addFeatures(block.data);
      length += block.frames;
      if (length < expected) ctx.progress({ done: length, total: expected, unit: 'frames' });
      await new Promise(setImmediate); // the model runs on this thread: yield to the event loop
    }
    await file.close();
  } catch (error) {
    await file.abandon();
    throw error;
  }
  if (samples < FRAME_SAMPLES)
    throw new PortraitError(
      'INPUT_TOO_SHORT',
      `The sound is ${samples === 0 ? 'empty' : `only ${((1000 * samples) / SAMPLE_RATE).toFixed(0)} ms long`}.`,
      {
        at: { stage: 'audio-features', file: path },
        hint: 'Use at least one video frame of sound (40 ms).',
      },
    );
  ctx.progress({ done: length, total: length, unit: 'frames' });

  const levels = meter.result();
  for (const finding of speechFindings(levels)) ctx.finding(finding);
  ctx.metric('seconds', levels.seconds);
  ctx.metric('rmsDb', levels.rmsDb);
  ctx.metric('peakDb', levels.peakDb);
  await ctx.preview('features.png', await preview.png());

  const description: FeaturesJson = featuresJsonSchema.parse({
    extractor: extractor.name,
    version: extractor.version,
    channels: extractor.channels,
    length,
    rate: 50,
    seconds: levels.seconds,
    modelSha256: extractor.modelSha256,
  });
  await draft.writeJson('features.json', description);
  return { audioFeatures: await draft.commit() };
});

function requireFinite(features: Float32Array, channels: number, start: number): void {
  const bad = features.findIndex((v) => !Number.isFinite(v));
  if (bad < 0) return;
  const second = (start + Math.floor(bad / channels)) / 50;
  throw new PortraitError('INTERNAL', `The extractor returned a non-finite value at ${second.toFixed(2)} s.`, {
    at: { stage: 'audio-features', second },
    hint: 'Report it with the recording.',
  });
}
