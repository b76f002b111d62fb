// Renders each held-out frame three ways (right sound over the true torso, wrong sound, whole portrait) and compares it
// with the truth. The portrait, the detector and LPIPS come in as functions; nothing here knows where they run.
import type { DetectedFace } from '@portrait/face';
import { psnr, sharpness, type Box, type FootageFrame } from '@portrait/nerf';
import type { HeldOutFrame } from './held-out.js';

export interface PortraitUnderTest {
  readonly size: number;
  /** Head with the pose and eyes of `frame` and the sound of `audioFrame`, over the given picture. */
  renderHead(frame: number, audioFrame: number, behind: Uint8Array): Promise<{ rgb: Uint8Array; samples: number }>;
  /** Head, torso model and plate. */
  renderWhole(frame: number): Promise<{ rgb: Uint8Array; samples: number }>;
}

export interface Judges {
  detect(rgb: Uint8Array): Promise<DetectedFace | null>;
  /** null where its weights are not at hand. */
  lpips: ((a: Uint8Array, b: Uint8Array) => Promise<number>) | null;
}

export interface MeasureOptions {
  lipsRect(frame: number): Box;
  /** Frame whose sound is given instead; null: not asked for. */
  wrongAudio: ((frame: number) => number) | null;
  composite: boolean;
  /** Every how many frames LPIPS is asked. */
  lpipsStride: number;
}

export interface FrameMeasure {
  frame: number;
  psnrFull: number | null;
  psnrHead: number | null;
  psnrMouth: number | null;
  lpips: number | null;
  wholePsnr: number | null;
  wholeLpips: number | null;
  /** Sharpness of the lips rectangle, rendered over true. */
  sharpness: number | null;
  face: DetectedFace | null;
  wrongFace: DetectedFace | null;
  /** Of the whole portrait where it is rendered, of the head otherwise. */
  renderMs: number;
  samples: number;
}

export interface MeasuredFrame {
  measure: FrameMeasure;
  truth: Uint8Array;
  head: Uint8Array;
  whole: Uint8Array | null;
  footage: FootageFrame;
}

export async function* measureFrames(
  frames: AsyncIterable<HeldOutFrame>,
  portrait: PortraitUnderTest,
  judges: Judges,
  options: MeasureOptions,
): AsyncGenerator<MeasuredFrame> {
  const { size } = portrait;
  let index = 0;
  for await (const { frame, truth, behind, headMask, footage } of frames) {
    const box = options.lipsRect(frame);
    const headStart = performance.now();
    const head = await portrait.renderHead(frame, frame, behind);
    const headMs = performance.now() - headStart;
    // The detector works on other threads while the next picture is rendered.
    const face = judges.detect(head.rgb);
    const wrong = options.wrongAudio ? await portrait.renderHead(frame, options.wrongAudio(frame), behind) : null;
    const wrongFace = wrong ? judges.detect(wrong.rgb) : null;
    const wholeStart = performance.now();
    const whole = options.composite ? await portrait.renderWhole(frame) : null;
    const wholeMs = performance.now() - wholeStart;
    const lpips = index % options.lpipsStride === 0 ? judges.lpips : null;
    const trueSharpness = sharpness(truth, size, box);
    yield {
      measure: {
        frame,
        psnrFull: psnr(truth, head.rgb, size),
        psnrHead: psnr(truth, head.rgb, size, { mask: headMask }),
        psnrMouth: psnr(truth, head.rgb, size, { box }),
        lpips: lpips && (await lpips(truth, head.rgb)),
        wholePsnr: whole && psnr(truth, whole.rgb, size),
        wholeLpips: whole && lpips && (await lpips(truth, whole.rgb)),
        sharpness: trueSharpness > 0 ? sharpness(head.rgb, size, box) / trueSharpness : null,
        face: await face,
        wrongFace: await wrongFace,
        renderMs: whole ? wholeMs : headMs,
        samples: head.samples,
      },
      truth,
      head: head.rgb,
      whole: whole?.rgb ?? null,
      footage,
    };
    index++;
  }
}
