// Gives gpu.js the WebGPU implementation of the optional package `webgpu` (Dawn). Node has no navigator.gpu. Other
// libraries read navigator to detect their environment, so it is restored on close or failure.
import type { StripBackend } from '../geometry.js';

interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<unknown> };
  globals: Record<string, unknown>;
}

/** @throws Error that names what is missing */
export async function withWebGpu(open: () => StripBackend): Promise<StripBackend> {
  // In a variable, so that the compiler does not resolve the optional package.
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
