// The goldens: what each picture shows, how it is made, and how near a new one must come. The picture lies beside this
// file under the same name. Made anew by PORTRAIT_UPDATE_GOLDENS=1 npm run jest -- tests/golden
import { drawBadge } from './badge-picture.js';
import { camera, EARLY_STOP_EPS, madeUpHead, madeUpTorso, ramp, SIDE } from './subject.js';

export interface Golden {
  name: string;
  shows: string;
  width: number;
  height: number;
  /** Worst PSNR accepted, dB, and where that number comes from. */
  threshold: { psnr: number; because: string };
  make(): Promise<Uint8Array>;
}

const KERNEL_THRESHOLD = {
  psnr: 60,
  because:
    'other instruction sets and compilers round differently; ' +
    'AVX-512, AVX2 and plain code agree within 89 dB or better',
};
const EXACT = { psnr: Infinity, because: 'integer drawing, equal on every machine' };

/** Made once: filling tables of two million numbers takes longer than drawing. */
let head: ReturnType<typeof madeUpHead> | undefined;

async function headPicture(options: { degrees: number; audio: number; eye: number }): Promise<Uint8Array> {
  const out = new Uint8Array(SIDE * SIDE * 3);
  const audio = Float32Array.from({ length: 8 }, (_, k) => options.audio * (k % 2 === 0 ? 1 : -1));
  await (head ??= madeUpHead()).render(
    {
      camera: camera(options.degrees),
      focal: 2.73 * SIDE,
      cx: SIDE / 2,
      cy: SIDE / 2,
      width: SIDE,
      height: SIDE,
      audio,
      eye: options.eye,
      background: ramp(),
    },
    out,
    { earlyStopEps: EARLY_STOP_EPS },
  );
  return out;
}

let torso: ReturnType<typeof madeUpTorso> | undefined;

async function torsoPicture(yaw: number, background: Uint8Array): Promise<Uint8Array> {
  const out = new Uint8Array(SIDE * SIDE * 3);
  await (torso ??= madeUpTorso()).render(
    { pose6: Float32Array.of(0, yaw, 0, 0, 0, 0), width: SIDE, height: SIDE, background },
    out,
  );
  return out;
}

async function portraitPicture(): Promise<Uint8Array> {
  const behind = await torsoPicture(0.1, ramp());
  const out = new Uint8Array(SIDE * SIDE * 3);
  await (head ??= madeUpHead()).render(
    {
      camera: camera(6),
      focal: 2.73 * SIDE,
      cx: SIDE / 2,
      cy: SIDE / 2,
      width: SIDE,
      height: SIDE,
      audio: new Float32Array(8),
      eye: 0.5,
      background: behind,
    },
    out,
    { earlyStopEps: EARLY_STOP_EPS },
  );
  return out;
}

const picture = (name: string, shows: string, make: () => Promise<Uint8Array>): Golden => ({
  name,
  shows,
  width: SIDE,
  height: SIDE,
  threshold: KERNEL_THRESHOLD,
  make,
});

export const GOLDENS: readonly Golden[] = [
  picture('head-frontal', 'the made-up head from the front, silent, over the ramp', () =>
    headPicture({ degrees: 0, audio: 0, eye: 0.5 }),
  ),
  picture('head-turned', 'the same head from 20° to its side', () => headPicture({ degrees: 20, audio: 0, eye: 0.5 })),
  picture('head-speaking', 'the same head under another audio input', () =>
    headPicture({ degrees: 0, audio: 1.5, eye: 0.5 }),
  ),
  picture('head-eyes', 'the same head under another eye feature', () => headPicture({ degrees: 0, audio: 0, eye: 0 })),
  picture('torso', 'the made-up torso over the ramp', () => torsoPicture(0, ramp())),
  picture('torso-turned', 'the same torso under another head pose: it is deformed', () => torsoPicture(0.3, ramp())),
  picture('portrait', 'ramp, torso over it, head over both', portraitPicture),
  {
    name: 'badge',
    shows: 'the badge of synthetic pictures over the ramp',
    width: SIDE,
    height: SIDE,
    threshold: EXACT,
    make: () => Promise.resolve(drawBadge(ramp(), SIDE)),
  },
];
