// The add-on as it is: where it is found, its classes with the names and order of native-kernels/binding, and the one
// place where a native failure becomes a PortraitError. Optional fields are `T | null` here, never absent.
import { existsSync } from 'node:fs';
import { channel } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { KERNEL_CALLS, PortraitError, type ErrorCode, type KernelCall } from '@portrait/contracts';
import type {
  HeadConfig,
  HeadDataset,
  HeadTrainingOptions,
  LipsOptions,
  TorsoConfig,
  TorsoDataset,
  TorsoTrainingOptions,
} from './options.js';
import type {
  AmbientReport,
  HeadTensor,
  KernelTensor,
  RenderResult,
  StepStats,
  TorsoTrainingStats,
} from './results.js';

export type NativeAbort = Int32Array | null;

export interface NativeLpips {
  compare(
    img: Uint8Array | Float32Array,
    ref: Uint8Array | Float32Array,
    width: number,
    height: number,
    gradient: Float32Array | null,
    abort: NativeAbort,
  ): Promise<number>;
}

export interface NativeTorso {
  tensors(): Record<string, KernelTensor>;
  setTensors(tensors: Record<string, Float32Array>): void;
  render(
    frame: {
      pose6: Float32Array;
      code: Float32Array | null;
      width: number;
      height: number;
      background: Uint8Array | null;
      out: Uint8Array;
      alpha: Uint8Array | null;
    },
    abort: NativeAbort,
  ): Promise<void>;
}

/** Where a checkpoint was made: bytes of a training depend on both. */
export interface CheckpointOrigin {
  isa: string;
  threads: number;
}

export interface NativeTorsoTrainer {
  step(): number;
  run(steps: number, abort: NativeAbort): Promise<TorsoTrainingStats>;
  checkpoint(): Promise<Uint8Array>;
  restore(checkpoint: Uint8Array): Promise<{ step: number } & CheckpointOrigin>;
}

export interface NativeHeadView {
  camera: Float32Array;
  focal: number;
  cx: number;
  cy: number;
  width: number;
  height: number;
  audio: Float32Array | null;
  audioCode: Float32Array | null;
  eye: number;
  appearance: Float32Array | null;
  background: Uint8Array;
  region: Uint8Array | null;
  precision: 'fp32' | 'bf16';
}

export interface NativeHead {
  tensors(): HeadTensor[];
  setTensors(tensors: HeadTensor[]): void;
  occupancy(): Float32Array;
  setOccupancy(keep: Uint8Array): void;
  setOccupancyDensity(density: Float32Array): void;
  audioInputLength(): number;
  encodeAudio(inputs: Float32Array): Promise<Float32Array>;
  render(
    view: NativeHeadView,
    out: Uint8Array,
    weightsSum: Float32Array | null,
    earlyStopEps: number,
    abort: NativeAbort,
  ): Promise<RenderResult>;
}

export interface NativeHeadTrainer {
  step(): number;
  run(steps: number, abort: NativeAbort): Promise<StepStats>;
  pretrainAudio(
    targets: Float32Array,
    dims: number,
    steps: number,
    learningRate: number,
    abort: NativeAbort,
  ): Promise<{ mse: number; explained: number }>;
  probeAmbient(points: number, windows: number): Promise<AmbientReport>;
  checkpoint(): Promise<Uint8Array>;
  restore(checkpoint: Uint8Array): Promise<{ step: number } & CheckpointOrigin>;
  evaluationHead(): NativeHead;
}

/** Options pass unchanged: the add-on reads them by the names of native-kernels/include/portrait/options/*.inc. */
export interface NativeAddon {
  kernelInfo(): NativeKernelInfo;
  Head: new (config: HeadConfig, seed: number, backend: string) => NativeHead;
  HeadTrainer: new (
    head: NativeHead,
    dataset: HeadDataset,
    options: HeadTrainingOptions,
    lipsOptions: LipsOptions | null,
    lpips: NativeLpips | null,
  ) => NativeHeadTrainer;
  Lpips: new (weights: { conv: Float32Array[]; bias: Float32Array[]; lin: Float32Array[] }) => NativeLpips;
  Torso: new (config: TorsoConfig, seed: number) => NativeTorso;
  TorsoTrainer: new (torso: NativeTorso, dataset: TorsoDataset, options: TorsoTrainingOptions) => NativeTorsoTrainer;
}

export interface NativeKernelInfo {
  version: string;
  isa: string;
  isas: string[];
  bf16: 'avx512_bf16' | 'amx_bf16' | null;
  threads: number;
  backends: { name: string; supported: boolean; reason: string | null }[];
  options: Record<OptionsList, string[]>;
}

/** The lists of native-kernels/include/portrait/options. */
export type OptionsList = 'head' | 'headTraining' | 'lips' | 'torso' | 'torsoTraining';

let loaded: NativeAddon | undefined;

/** @throws PortraitError DEPENDENCY_MISSING, with every place that was looked at */
export function loadNative(): NativeAddon {
  if (loaded) return loaded;
  const places = [
    process.env['PORTRAIT_KERNELS'],
    resolve(import.meta.dirname, '../../../native-kernels/build/portrait_kernels.node'),
  ].filter((p) => p !== undefined);
  const problems: string[] = [];
  for (const place of places) {
    if (!existsSync(place)) {
      problems.push(`${place}: not there`);
      continue;
    }
    try {
      loaded = createRequire(import.meta.url)(place) as NativeAddon;
      return loaded;
    } catch (error) {
      problems.push(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new PortraitError('DEPENDENCY_MISSING', `The native kernels could not be loaded. ${problems.join('; ')}`, {
    hint: 'Run `npm run setup`, which builds them.',
  });
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  aborted: 'CANCELLED',
  invalid_argument: 'INVALID_ARGUMENT',
  not_supported: 'NOT_SUPPORTED',
  busy: 'STORE_BUSY',
  io_error: 'INPUT_UNREADABLE',
  corrupt_checkpoint: 'CHECKPOINT_INVALID',
  version_mismatch: 'CHECKPOINT_INVALID',
  non_finite: 'TRAINING_FAILED',
  internal: 'INTERNAL',
};

function kernelError(error: unknown): unknown {
  const status =
    error instanceof Error || typeof error === 'object' ? (error as { status?: unknown } | null)?.status : undefined;
  if (typeof status !== 'string') return error;
  return new PortraitError(CODES[status] ?? 'INTERNAL', (error as Error).message, { cause: error });
}

/** Runs a synchronous native call. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw kernelError(error);
  }
}

const calls = channel(KERNEL_CALLS);

/** Runs an asynchronous native call whose abort flag follows the signal; who listens hears how long it took. */
export async function abortable<T>(
  kernel: string,
  signal: AbortSignal | undefined,
  call: (abort: NativeAbort) => Promise<T>,
): Promise<T> {
  const flag = signal ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const raise = (): void => void Atomics.store(flag!, 0, 1);
  if (signal?.aborted) raise();
  signal?.addEventListener('abort', raise, { once: true });
  const start = Date.now();
  try {
    return await call(flag);
  } catch (error) {
    throw kernelError(error);
  } finally {
    signal?.removeEventListener('abort', raise);
    if (calls.hasSubscribers) calls.publish({ kernel, start, end: Date.now() } satisfies KernelCall);
  }
}
