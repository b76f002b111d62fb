// Packs the torso layer, runs the native trainer and measures the torso on held-out frames.
import { implement } from '@portrait/stage-kit';
import { join } from 'node:path';
import {
  clipJsonSchema,
  PortraitError,
  transformsSchema,
  type ClipJson,
  type InputsOf,
  type StageContext,
  torsoTrainingSpec,
} from '@portrait/contracts';
import { Torso, TorsoTrainer } from '@portrait/kernels';
import { contactSheet, encodeJpeg, readFrames, type Image } from '@portrait/media';
import {
  camerasOf,
  packTorsoDataset,
  pose6,
  readPlate,
  runTrainingLoop,
  saveTorso,
  splitFrames,
  TORSO_FORMAT,
  torsoConfig,
  torsoTrainingOptions,
} from '@portrait/nerf';

/** The torso moves slowly: more frames do not improve it. */
const MAX_TRAIN_FRAMES = 750;
const SLICE_STEPS = 50;
const PREVIEWS = 6;

export const torsoTrainingStage = implement(torsoTrainingSpec, async (ctx, inputs, params) => {
  const { artifacts, signal } = ctx;
  ctx.progress({ done: 0, total: params.steps, unit: 'steps', message: 'packing the torso layer' });
  const clip = await artifacts.readJson(inputs.clip, 'clip.json', clipJsonSchema);
  const transforms = await artifacts.readJson(inputs.poses, 'transforms.json', transformsSchema);
  if (transforms.frames.length !== clip.frames) {
    throw new PortraitError(
      'INCOMPATIBLE',
      `The clip has ${clip.frames} frames and the pose track ${transforms.frames.length}.`,
      { at: { stage: 'torso-training' }, hint: 'Run face-tracking again on this clip.' },
    );
  }
  const { trainFrames } = splitFrames(clip.frames);
  const path = join(ctx.scratchDir, 'torso.pixels');
  const every = Math.ceil(trainFrames / MAX_TRAIN_FRAMES);
  const { crop, frames } = await packTorsoDataset(artifacts, inputs, clip, path, {
    every,
    count: trainFrames,
    margin: Math.round(clip.size / 32),
    signal,
  });

  const cameras = camerasOf(transforms);
  const poses = Array.from({ length: clip.frames }, (_, i) => pose6(cameras.subarray(i * 12, i * 12 + 12)));
  const reference = meanPose(poses.slice(0, trainFrames));
  const centred = poses.map((pose) => pose.map((v, k) => v - reference[k]!));
  const finestResolution = params.finestResolution === 'size' ? clip.size : params.finestResolution;
  const torso = new Torso(
    torsoConfig({ frames: frames.length, torsoShrink: params.torsoShrink, finestResolution }),
    ctx.seed,
  );
  const trainer = new TorsoTrainer(
    torso,
    {
      path,
      frames: frames.length,
      width: clip.size,
      height: clip.size,
      crop,
      pose6: Float32Array.from(frames.flatMap((f) => [...centred[f]!])),
      trainFrames: Int32Array.from(frames, (_, i) => i),
    },
    torsoTrainingOptions(params, ctx.seed),
  );
  await runTrainingLoop(ctx, trainer, {
    steps: params.steps,
    checkpointSteps: params.checkpointSteps,
    sliceSteps: SLICE_STEPS,
    describe: (stats) => `train ${(-10 * Math.log10(stats.colorLoss)).toFixed(1)} dB`,
  });
  const psnr = await evaluateTorso(ctx, inputs, torso, clip, centred, trainFrames);
  ctx.metric('psnrTorso', psnr);
  return {
    torso: await saveTorso(artifacts, {
      torso,
      json: {
        format: TORSO_FORMAT,
        size: clip.size,
        torsoShrink: params.torsoShrink,
        finestResolution,
        referencePose: [...reference],
        steps: params.steps,
        metrics: { psnrTorso: psnr },
      },
    }),
  };
});

function meanPose(poses: Float32Array[]): Float32Array {
  const mean = new Float32Array(6);
  for (const pose of poses) for (let k = 0; k < 6; k++) mean[k]! += pose[k]! / poses.length;
  return mean;
}

/** Mean PSNR (dB) of held-out frames where the torso layer is opaque. Writes a preview of true and rendered torsos. */
async function evaluateTorso(
  ctx: StageContext,
  inputs: InputsOf<typeof torsoTrainingSpec>,
  torso: Torso,
  clip: ClipJson,
  poses: Float32Array[],
  trainFrames: number,
): Promise<number> {
  const plate = await readPlate(ctx.artifacts, inputs.background, clip.size);
  const every = Math.max(1, Math.floor((clip.frames - trainFrames) / PREVIEWS));
  const tiles: Image[] = [];
  let sum = 0;
  let count = 0;
  let frame = trainFrames;
  for await (const rgba of readFrames(await ctx.artifacts.path(inputs.torsoLayer, 'torso.mkv'), {
    pixelFormat: 'rgba',
    startFrame: trainFrames,
    signal: ctx.signal,
  })) {
    if ((frame - trainFrames) % every === 0 && tiles.length < PREVIEWS * 2) {
      const out = new Uint8Array(clip.size * clip.size * 3);
      await torso.render(
        { pose6: poses[frame]!, width: clip.size, height: clip.size, background: plate, signal: ctx.signal },
        out,
      );
      const truth = plate.slice();
      let error = 0;
      let n = 0;
      for (let p = 0; p < clip.size * clip.size; p++) {
        if (rgba[p * 4 + 3]! < 128) continue;
        for (let c = 0; c < 3; c++) {
          truth[p * 3 + c] = rgba[p * 4 + c]!;
          error += (out[p * 3 + c]! - truth[p * 3 + c]!) ** 2;
        }
        n += 3;
      }
      if (n > 0) {
        sum += 10 * Math.log10((255 * 255 * n) / Math.max(error, 1e-9));
        count++;
      }
      const picture = (data: Uint8Array): Image => ({ width: clip.size, height: clip.size, channels: 3, data });
      tiles.push(picture(truth), picture(out));
    }
    frame++;
  }
  if (tiles.length > 0) await ctx.preview('held-out.jpg', await encodeJpeg(await contactSheet(tiles, { columns: 4 })));
  return count > 0 ? sum / count : 0;
}
