// Streams the sound of a clip or of a speech recording through a named extractor into features.npy, 50 rows a second.
// Memory is constant in the length of the sound. The features are those of paper section 3.2 (audio input a),
// with hidden states of a recogniser in place of its logits. Not here: smoothing and attention, which belong to the portrait.
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
import { FeaturesFile } from './features-file.js';
import { SpeechMeter, speechFindings } from './grade-speech.js';
import { PreviewCollector } from './preview.js';
import { featureFrames, FRAME_SAMPLES } from './windows.js';

export const audioFeaturesStage = implement(audioFeaturesSpec, async (ctx, { audio }, { extractor: name }) => {
  const path = await ctx.artifacts.path(audio, audio.kind === 'clip' ? 'audio.wav' : 'source');
  const media = await probeMedia(path, { signal: ctx.signal });
  if (!media.audio)
    throw new PortraitError('INPUT_NO_AUDIO', 'The file has no sound stream.', {
      at: { stage: 'audio-features', file: path },
      hint: 'Give a recording of speech: WAV, MP3, M4A, or a video with sound.',
    });
  const extractor = await openExtractor(name, ctx);
  const expected = featureFrames(Math.round((media.audio.seconds ?? media.seconds) * SAMPLE_RATE));

  const draft = await ctx.artifacts.create('audio-features');
  const file = await FeaturesFile.create(draft.path('features.npy'), extractor.channels);
  const meter = new SpeechMeter();
  const preview = new PreviewCollector(name, extractor.channels);
  let samples = 0;
  async function* heard(): AsyncGenerator<Float32Array> {
    for await (const chunk of readAudioChunks(path, { sampleRate: SAMPLE_RATE, signal: ctx.signal })) {
      samples += chunk.length;
      meter.add(chunk);
      preview.addSamples(chunk);
      yield chunk;
    }
  }

  let length = 0;
  try {
    for await (const block of extractor.extract(heard())) {
      ctx.signal.throwIfAborted();
      requireFinite(block.data, extractor.channels, block.start);
      await file.append(block.data);
      preview.addFeatures(block.data);
      length += block.frames;
      if (length < expected) ctx.progress({ done: length, total: expected, unit: 'frames' });
      await new Promise(setImmediate); // the model runs on this thread; let others have it between windows
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
        hint: 'Give at least one video frame of sound (40 ms); a sentence is better.',
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
  throw new PortraitError('INTERNAL', `The extractor gave a value that is not a number at ${second.toFixed(2)} s.`, {
    at: { stage: 'audio-features', second },
    hint: 'Please report it with the recording.',
  });
}
