// The meter on a face whose mouth is known to follow its sound: it must find the delay put between the two, and no
// certainty where there is none.
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateMovingPortrait, type MovingPortrait } from '@portrait/face';
import { openVideoWriter } from '@portrait/media';
import type { AvOffset } from '@portrait/nerf';
import { folderForTests } from '@portrait/testing';
import { measureDrivenSync } from './driven-sync.js';

jest.setTimeout(300_000); // The landmark model looks at every frame; a busy machine is slow.

const SIZE = 128;
const SECONDS = 4;
const SLICE = 320; // 20 ms at 16 kHz
const BANDS = 4;

/**
 * Loudness of a 20 ms slice and of its differences of order one to three: no network is needed where the mouth follows
 * loudness. [T, BANDS]
 */
function loudness(audio: Float32Array): Float32Array {
  const slices = Math.floor(audio.length / SLICE);
  const features = new Float32Array(slices * BANDS);
  for (let band = 0, signal = audio; band < BANDS; band++, signal = signal.map((v, i) => v - (signal[i - 1] ?? 0))) {
    for (let t = 0; t < slices; t++)
      features[t * BANDS + band] = Math.sqrt(
        signal.subarray(t * SLICE, (t + 1) * SLICE).reduce((sum, v) => sum + v * v, 0) / SLICE,
      );
  }
  return features;
}

/** The sound `frames` video frames later (below 0: earlier) than it was, silence in the gap. */
function late(features: Float32Array, frames: number): Float32Array {
  const shift = 2 * frames * BANDS;
  return features.map((_, i) => features[i - shift] ?? 0);
}

async function writeVideo(path: string, frames: number, frame: (index: number) => Uint8Array): Promise<string> {
  const writer = await openVideoWriter(path, {
    width: SIZE,
    height: SIZE,
    fps: 25,
    pixelFormat: 'rgb24',
    encoding: 'ffv1',
  });
  for (let i = 0; i < frames; i++) await writer.write(frame(i));
  await writer.close();
  return path;
}

describe('measureDrivenSync', () => {
  const folder = folderForTests();
  let clip: MovingPortrait;
  let driven: MovingPortrait;
  let videoPath: string;
  const measure = (speechFeatures: Float32Array, path = videoPath): Promise<AvOffset | null> =>
    measureDrivenSync({
      clipFeatures: loudness(clip.audio),
      channels: BANDS,
      clipOpening: [...clip.truth.mouthOpening],
      trainFrames: clip.frames,
      speechFeatures,
      videoPath: path,
      threads: 2,
    });

  beforeAll(async () => {
    clip = await generateMovingPortrait({ seconds: 24, size: SIZE, seed: 1 });
    driven = await generateMovingPortrait({ seconds: SECONDS, size: SIZE, seed: 2 });
    videoPath = await writeVideo(folder.file('driven.mkv'), driven.frames, (i) => driven.frame(i));
  });

  it.each([5, -7])('finds sound that is %i frames late', async (frames) => {
    const result = await measure(late(loudness(driven.audio), frames));
    expect(result!.offset).toBe(frames);
    expect(Math.abs(result!.fineOffset - frames)).toBeLessThan(0.5);
    // Measured .80: loudness explains only part of the mouth, and the detector is not exact.
    expect(result!.peak).toBeGreaterThan(0.6);
  });

  it('is not sure of the sound of another video', async () => {
    const other = await generateMovingPortrait({ seconds: SECONDS, size: SIZE, seed: 3 });
    const [right, wrong] = [await measure(loudness(driven.audio)), await measure(loudness(other.audio))];
    expect(right!.offset).toBe(0);
    expect(wrong!.confidence).toBeLessThan(0.6 * right!.confidence); // Measured .21 and .84.
  });

  it('says nothing of a video without a face, or of less than two seconds with one', async () => {
    const speech = loudness(driven.audio);
    expect(
      await measure(
        speech,
        await writeVideo(folder.file('nobody.mkv'), 70, () => new Uint8Array(SIZE * SIZE * 3).fill(90)),
      ),
    ).toBeNull();
    expect(await measure(speech, await writeVideo(folder.file('short.mkv'), 45, (i) => driven.frame(i)))).toBeNull();
  });
});
