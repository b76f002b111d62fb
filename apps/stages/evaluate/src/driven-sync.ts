// Are sound and picture together in a video the portrait was driven to? There is no truth to compare with, so the meter
// is the map from sound to mouth opening that the person's own clip taught.
import type { AvOffset } from '@portrait/nerf';
import { avOffset, fitOpeningPredictor, openings, type Landmarks } from '@portrait/nerf';
import { detectLandmarks } from '@portrait/face';
import { probeMedia, readFrames } from '@portrait/media';

export interface DrivenSyncInputs {
  /** Of the clip: features [T, channels] at 50 Hz and mouth opening a frame, null without a face. */
  clipFeatures: Float32Array;
  channels: number;
  clipOpening: readonly (number | null)[];
  trainFrames: number;
  /** Of the speech the video was driven by, same extractor. */
  speechFeatures: Float32Array;
  /** The rendered video. */
  videoPath: string;
  threads?: number;
  signal?: AbortSignal;
}

/** @returns null when faces are found in fewer than two seconds of it */
export async function measureDrivenSync(inputs: DrivenSyncInputs): Promise<AvOffset | null> {
  const { channels, signal } = inputs;
  const { video } = await probeMedia(inputs.videoPath, { signal });
  const { width, height } = { width: video?.width ?? 0, height: video?.height ?? 0 };
  const faces: Landmarks[] = [];
  const frames = readFrames(inputs.videoPath, { pixelFormat: 'rgba', width, height, signal });
  for await (const [face] of detectLandmarks(frames, { width, height, threads: inputs.threads ?? 1, signal }))
    faces.push(face?.points ?? null);
  const predictor = fitOpeningPredictor(inputs.clipFeatures, channels, inputs.clipOpening, inputs.trainFrames);
  return avOffset(
    openings(faces),
    faces.map((_, i) => i),
    predictor.predict(inputs.speechFeatures, Math.floor(inputs.speechFeatures.length / channels / 2)),
  );
}
