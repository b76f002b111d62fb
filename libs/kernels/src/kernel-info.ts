// What the native library is on this machine.
import { guarded, loadNative, type OptionsList } from './native.js';

export interface KernelInfo {
  version: string;
  /** In use and all that this processor has, best first: v4 (AVX-512), v3 (AVX2), base. PORTRAIT_ISA chooses. */
  isa: string;
  isas: string[];
  /** Instructions for bf16 rendering; null: this processor has none. PORTRAIT_BF16 (off, avx512_bf16) restricts it. */
  bf16: 'avx512_bf16' | 'amx_bf16' | null;
  /** PORTRAIT_THREADS (1 to 256), else processors, at most 8. Results depend on this number, not on timing. */
  threads: number;
  backends: { name: string; supported: boolean; reason?: string }[];
  /** Names of the options that each constructor reads; `a.b` is field b of object a. */
  options: Readonly<Record<OptionsList, readonly string[]>>;
}

/** @throws PortraitError DEPENDENCY_MISSING when the library is not built */
export function kernelInfo(): KernelInfo {
  const info = guarded(() => loadNative().kernelInfo());
  return {
    ...info,
    backends: info.backends.map(({ name, supported, reason }) =>
      reason === null ? { name, supported } : { name, supported, reason },
    ),
  };
}
