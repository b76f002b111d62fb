// Lends gpu.js the WebGPU implementation of the optional package `webgpu` (Dawn). Node has no navigator.gpu of its own, and
// other libraries of the process look at navigator to guess where they run, so it is put back when there is no adapter.
import type { StripBackend } from '../geometry.js';

interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<unknown> };
  globals: Record<string, unknown>;
}

/** @throws Error saying what is missing. */
export async function withWebGpu(open: () => StripBackend): Promise<StripBackend> {
  // The name in a variable keeps the optional package out of the compiler's sight.
  const name = 'webgpu';
  const dawn = (await import(name).catch(() => null)) as Dawn | null;
  if (!dawn) throw new Error('the optional package webgpu is not installed or does not load on this system');
  const provider = dawn.create([]);
  if (!(await provider.requestAdapter()))
    throw new Error('no WebGPU adapter: this machine has no GPU driver (Vulkan, Metal or D3D12) that Dawn accepts');
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: provider, userAgent: 'node' },
    configurable: true,
    writable: true,
  });
  const restore = (): void => {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete (globalThis as { navigator?: unknown }).navigator;
  };
  try {
    const backend = open();
    return {
      ...backend,
      close: async () => {
        await backend.close();
        restore();
      },
    };
  } catch (error) {
    restore();
    throw error;
  }
}
