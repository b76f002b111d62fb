// The passes on gpu.js: one set of kernels, compiled for the requested mode.
import { GPU } from 'gpu.js';
import type { ColumnPlan, StripBackend, StripGeometry } from '../geometry.js';
import { blurNeck, classify, columnTops, headInRow, paintStrips, type KernelConstants } from './kernels.js';

export type GpuMode = 'cpu' | 'webasm' | 'headlessgl' | 'webgpu';

type Pass = ((...args: Float32Array[]) => Float32Array | Promise<Float32Array>) & {
  kernel?: { constructor: { name: string }; fallbackReason?: string };
};

/** @throws Error with the message of gpu.js when the machine cannot run the mode */
export function openGpuBackend(mode: GpuMode, geometry: StripGeometry): StripBackend {
  const { size } = geometry;
  const constants: KernelConstants = {
    size,
    headMargin: geometry.headMargin,
    torsoStrip: geometry.torsoStrip,
    neckStrip: geometry.neckStrip,
    neckReach: geometry.neckReach,
    neckSink: geometry.neckSink,
    torsoSink: geometry.torsoSink,
    blurRadius: geometry.blurRadius,
    searchRadius: 2 * geometry.headMargin + 2,
  };
  const gpu = new GPU({ mode });
  const compile = (pass: unknown, threads: number): Pass =>
    // The types of gpu.js cannot express our kernels; kernels.ts checks their arguments.
    gpu.createKernel(pass as never, { output: [threads], constants, precision: 'single' } as never) as unknown as Pass;
  const passes = {
    headInRow: compile(headInRow, size * size),
    classify: compile(classify, size * size),
    columnTops: compile(columnTops, 4 * size),
    paintStrips: compile(paintStrips, size * size),
    blurNeck: compile(blurNeck, size * size),
  };
  const run = async (pass: Pass, ...args: Float32Array[]): Promise<Float32Array> => {
    const result = await pass(...args);
    const { kernel } = pass;
    // gpu.js silently falls back to the CPU where it cannot compile; such a run must not be timed as this mode.
    if (kernel?.fallbackReason) throw new Error(`gpu.js left ${mode}: ${kernel.fallbackReason}`);
    return result;
  };
  return {
    name: mode,
    geometry,
    regions: async (labels) => run(passes.classify, labels, await run(passes.headInRow, labels)),
    columns: (regions) => run(passes.columnTops, regions),
    async paint(picture, regions, plan: ColumnPlan) {
      const layer = await run(
        passes.paintStrips,
        picture,
        regions,
        plan.neckTop,
        plan.neckColour,
        plan.torsoTop,
        plan.torsoColour,
        geometry.shade,
      );
      return run(passes.blurNeck, layer, regions, plan.neckTop, geometry.blurWeights);
    },
    close: async () => {
      await gpu.destroy();
    },
  };
}
