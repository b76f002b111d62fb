// Rendering and training of head and torso, and the perceptual distance: what the native kernels are asked for.
import { Head, HeadTrainer, Lpips, Torso, TorsoTrainer, type LipsTraining } from '@portrait/kernels';
import { headTrainingSpec, torsoTrainingSpec } from '@portrait/contracts';
import { modelPath } from '@portrait/models';
import {
  headTrainingOptions,
  lipsTraining,
  lipsTrainingOptions,
  readSafetensors,
  torsoConfig,
  torsoTrainingOptions,
} from '@portrait/nerf';
import { camera, EARLY_STOP_EPS, madeUpHead, madeUpTorso, noise } from '../golden/subject.js';
import type { Benchmark } from './measure.js';
import { BOXES, FRAMES, packedPortrait, portraitOf, TRAINING_SIZE } from './subject.js';

const AUDIO = 8;
const STEPS = 10;
const focal = (size: number): number => 2.73 * size;
const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, k) => noise(seed * 65_537 + k));
const openLpips = async (): Promise<Lpips> => new Lpips((await readSafetensors(await modelPath('lpips-alex'))).tensors);

/** The head of the goldens, from a little to the left to a little to the right, every frame with other sound. */
const renderHead = (size: number): Benchmark => ({
  name: `head render ${size}²`,
  unit: 'frames',
  open: () => {
    const head: Head = madeUpHead();
    const [out, background] = [new Uint8Array(size * size * 3), new Uint8Array(size * size * 3).fill(90)];
    return Promise.resolve({
      amount: 1,
      run: (round) =>
        head.render(
          {
            camera: camera((round % 21) - 10),
            focal: focal(size),
            cx: size / 2,
            cy: size / 2,
            width: size,
            height: size,
            audio: numbers(AUDIO, round),
            eye: 0.5,
            background,
          },
          out,
          { earlyStopEps: EARLY_STOP_EPS },
        ),
    });
  },
});

const renderTorso = (size: number): Benchmark => ({
  name: `torso render ${size}²`,
  unit: 'frames',
  open: () => {
    const torso = madeUpTorso();
    const [out, background] = [new Uint8Array(size * size * 3), new Uint8Array(size * size * 3).fill(90)];
    return Promise.resolve({
      amount: 1,
      run: (round) =>
        torso.render({ pose6: numbers(6, round).map((v) => 0.1 * v), width: size, height: size, background }, out),
    });
  },
});

const RUN = { steps: 100_000, seed: 1 };

const trainHead = (name: string, openLips: () => Promise<LipsTraining | null>): Benchmark => ({
  name,
  unit: 'steps',
  async open() {
    const lips = await openLips();
    const { optim } = headTrainingSpec.params.parse({});
    const options = lips ? lipsTrainingOptions(optim, RUN) : headTrainingOptions(optim, RUN);
    const { truth } = await portraitOf(TRAINING_SIZE);
    const packed = await packedPortrait('head');
    const frames = Array.from({ length: FRAMES }, (_, t) => t);
    const rects = (part: keyof typeof BOXES): Float32Array =>
      Float32Array.from(frames.flatMap(() => BOXES[part].map((v) => (v * TRAINING_SIZE) / 512)));
    const trainer = new HeadTrainer(
      madeUpHead(),
      {
        packedPath: packed.path,
        frames: FRAMES,
        crop: { left: 0, top: 0, width: TRAINING_SIZE, height: TRAINING_SIZE },
        focal: focal(TRAINING_SIZE),
        cx: TRAINING_SIZE / 2,
        cy: TRAINING_SIZE / 2,
        cameras: Float32Array.from(frames.flatMap((t) => [...camera(truth.yaw[t]!)])),
        eye: Float32Array.from(frames, (t) => 0.4 * (1 - truth.blink[t]!)),
        audio: numbers(FRAMES * AUDIO, 3),
        faceRect: rects('face'),
        lipsRect: rects('lips'),
        leftEyeRect: rects('leftEye'),
        rightEyeRect: rects('rightEye'),
        trainFrames: Int32Array.from(frames),
      },
      { ...options, occupancyWarmupSteps: STEPS },
      lips,
    );
    return { amount: STEPS, run: () => trainer.run(STEPS), close: packed.remove };
  },
});

const trainTorso: Benchmark = {
  name: 'torso training',
  unit: 'steps',
  async open() {
    const packed = await packedPortrait('torso');
    const trainer = new TorsoTrainer(
      new Torso(torsoConfig({ frames: FRAMES, torsoShrink: 0.8, finestResolution: 512 }), 1),
      {
        path: packed.path,
        width: TRAINING_SIZE,
        height: TRAINING_SIZE,
        crop: { left: 0, top: 0, width: TRAINING_SIZE, height: TRAINING_SIZE },
        frames: FRAMES,
        pose6: numbers(FRAMES * 6, 5).map((v) => 0.1 * v),
        trainFrames: Int32Array.from({ length: FRAMES }, (_, t) => t),
      },
      torsoTrainingOptions(torsoTrainingSpec.params.parse({ steps: RUN.steps }), RUN.seed),
    );
    return { amount: STEPS, run: () => trainer.run(STEPS), close: packed.remove };
  },
};

const lpips = (
  name: string,
  size: number,
  call: (lpips: Lpips, a: Uint8Array, b: Uint8Array) => Promise<unknown>,
): Benchmark => ({
  name,
  unit: 'pictures',
  async open() {
    const network = await openLpips();
    const portrait = await portraitOf(size);
    const [a, b] = [portrait.frame(0), portrait.frame(40)];
    return { amount: 1, run: () => call(network, a, b) };
  },
});

export const PORTRAIT_BENCHMARKS: readonly Benchmark[] = [
  renderHead(256),
  renderHead(512),
  renderTorso(256),
  renderTorso(512),
  trainHead('head training 4,096 rays', () => Promise.resolve(null)),
  trainHead('lips fine-tuning 4,096 rays', async () =>
    lipsTraining({ lpipsWeight: 0.01, patchSize: 64 }, await openLpips()),
  ),
  trainTorso,
  lpips('LPIPS distance 256²', 256, (network, a, b) => network.distance(a, b, 256, 256)),
  lpips('LPIPS gradient 128²', 128, (network, a, b) => network.gradient(a, b, 128, 128)),
];
