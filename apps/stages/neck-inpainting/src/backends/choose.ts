// Chooses the backend: by name, or the fastest on a frame of the clip. All backends give the same layer.
import { PortraitError, type InpaintingBackend } from '@portrait/contracts';
import { planColumns } from '../column-plan.js';
import type { StripBackend, StripGeometry } from '../geometry.js';
import { openGpuBackend, type GpuMode } from './gpu.js';
import { openPlainBackend } from './plain.js';
import { withWebGpu } from './webgpu.js';

/**
 * Backends that `auto` times. Not plain, which is the reference. Not webgpu: the search for an adapter changes
 * `navigator` and lets Dawn write to the terminal, so it only runs when requested by name.
 */
const AUTO_BACKENDS: readonly GpuMode[] = ['cpu', 'webasm', 'headlessgl'];
/** The first run compiles, the second warms the caches. */
const WARM_UP_RUNS = 2;
const TIMED_RUNS = 3;

interface BackendReport {
  name: InpaintingBackend;
  /** Time of one frame, ms; null when the backend cannot run. */
  milliseconds: number | null;
  /** Why it cannot run here. */
  reason?: string;
}

/** @throws Error with the reason when the backend cannot run here */
export async function openBackend(name: InpaintingBackend, geometry: StripGeometry): Promise<StripBackend> {
  if (name === 'plain') return openPlainBackend(geometry);
  return name === 'webgpu' ? withWebGpu(() => openGpuBackend('webgpu', geometry)) : openGpuBackend(name, geometry);
}

export async function chooseBackend(
  asked: InpaintingBackend | 'auto',
  geometry: StripGeometry,
  labels: Float32Array,
  picture: Float32Array,
): Promise<{ backend: StripBackend; reports: BackendReport[] }> {
  const reports: BackendReport[] = [];
  let best: StripBackend | null = null,
    bestTime = Infinity;
  for (const name of asked === 'auto' ? AUTO_BACKENDS : [asked]) {
    let backend: StripBackend | null = null;
    try {
      backend = await openBackend(name, geometry);
      const milliseconds = await timeBackend(backend, geometry, labels, picture);
      reports.push({ name, milliseconds });
      if (milliseconds < bestTime) {
        await best?.close();
        [best, bestTime] = [backend, milliseconds];
      } else await backend.close();
    } catch (error) {
      await backend?.close();
      reports.push({ name, milliseconds: null, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (!best) {
    throw new PortraitError(
      'NOT_SUPPORTED',
      `In-painting cannot run on ${asked}: ${reports.map((r) => `${r.name}: ${r.reason}`).join('; ')}`,
      { at: { stage: 'neck-inpainting' }, hint: 'Set backend to auto; webasm and cpu run on every machine.' },
    );
  }
  return { backend: best, reports };
}

async function timeBackend(
  backend: StripBackend,
  geometry: StripGeometry,
  labels: Float32Array,
  picture: Float32Array,
): Promise<number> {
  let shortest = Infinity;
  for (let k = 0; k < WARM_UP_RUNS + TIMED_RUNS; k++) {
    const start = performance.now();
    const regions = await backend.regions(labels);
    const plan = planColumns(await backend.columns(regions), picture, geometry, null);
    await backend.paint(picture, regions, plan);
    // The minimum, not the mean: other processes on the machine only add time.
    if (k >= WARM_UP_RUNS) shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest;
}
