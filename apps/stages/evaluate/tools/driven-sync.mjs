// Measures sound against picture of a driven video. After `npm run build`:
//   node apps/stages/evaluate/tools/driven-sync.mjs CLIP_FEATURES.npy LANDMARKS.npz SPEECH_FEATURES.npy VIDEO
import { readNpy, readNpz } from '@portrait/media';
import { splitFrames } from '@portrait/nerf';
import { measureDrivenSync } from '../dist/index.js';

const [clipFeatures, landmarks, speechFeatures, videoPath] = process.argv.slice(2);
if (!videoPath) throw new Error("Name the clip's features, its landmarks, the speech's features and the video.");
const clip = await readNpy(clipFeatures);
const { found, mouthOpening } = await readNpz(landmarks);
const result = await measureDrivenSync({
  clipFeatures: clip.data,
  channels: clip.shape[1],
  clipOpening: Array.from(mouthOpening.data, (v, i) => (found.data[i] ? v : null)),
  trainFrames: splitFrames(found.data.length).trainFrames,
  speechFeatures: (await readNpy(speechFeatures)).data,
  videoPath,
});
console.log(
  result
    ? `offset ${result.offset} frames (${result.fineOffset.toFixed(2)}), correlation ` +
        `${result.peak.toFixed(2)}, confidence ${result.confidence.toFixed(2)}`
    : 'too few faces to tell',
);
