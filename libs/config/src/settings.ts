// The environment variables of the product, held as one table that parsing, `portrait doctor` and the documentation share.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { PortraitError } from '@portrait/contracts';
import { z } from 'zod';
import { nearest } from './nearest.js';

const LOG_LEVELS = ['debug', 'info', 'warn', 'silent'] as const;

export const SETTINGS = {
  PORTRAIT_STORE: { schema: z.string().min(1).transform((path) => resolve(path)), default: './portrait-store', meaning: 'folder of the store: artifacts, runs and portraits' },
  PORTRAIT_THREADS: { schema: z.coerce.number().int().min(1).max(256), default: 'number of cores', meaning: 'threads a stage may use, 1 to 256' },
  PORTRAIT_LOG_LEVEL: { schema: z.enum(LOG_LEVELS), default: 'info', meaning: `least level written to the log file: ${LOG_LEVELS.join(', ')}` },
  PORTRAIT_CACHE: { schema: z.string().min(1), default: '~/.cache/talking-portrait', meaning: 'folder where verified models and samples are kept' },
  PORTRAIT_MODELS: { schema: z.string().min(1), default: '../shared/models if it is there', meaning: 'folder that holds model files; asked before any other source' },
  PORTRAIT_DATA: { schema: z.string().min(1), default: '../shared/data if it is there', meaning: 'folder that holds sample files and the footage of the tests; asked before any other source' },
  PORTRAIT_FFMPEG: { schema: z.string().min(1), default: 'ffmpeg', meaning: 'program that reads and writes media' },
  PORTRAIT_FFPROBE: { schema: z.string().min(1), default: 'ffprobe', meaning: 'program that looks into media' },
  PORTRAIT_KERNELS: { schema: z.string().min(1), default: 'native-kernels/build', meaning: 'path of the native library, where it lies elsewhere' },
  PORTRAIT_ISA: { schema: z.enum(['base', 'v3', 'v4']), default: 'best the processor has', meaning: 'instruction set of the native kernels: base, v3 (AVX2), v4 (AVX-512)' },
} as const satisfies Record<string, { schema: z.ZodType; default: string; meaning: string }>;

export type SettingName = keyof typeof SETTINGS;

export interface Settings {
  storeDir: string;
  threads: number;
  logLevel: (typeof LOG_LEVELS)[number];
}

/** Parses all settings; every mistake is named in one error. An unknown PORTRAIT_… name that is close to a known one is a mistake too. */
export function readSettings(env: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const mistakes: string[] = [];
  const value = <N extends SettingName>(name: N): z.output<(typeof SETTINGS)[N]['schema']> | undefined => {
    const raw = env[name];
    if (raw === undefined || raw === '') return undefined;
    const parsed = SETTINGS[name].schema.safeParse(raw);
    if (parsed.success) return parsed.data as z.output<(typeof SETTINGS)[N]['schema']>;
    mistakes.push(`${name}=${raw}: ${SETTINGS[name].meaning}`);
    return undefined;
  };
  for (const name of Object.keys(SETTINGS) as SettingName[]) value(name);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('PORTRAIT_') || name in SETTINGS) continue;
    const near = nearest(name, Object.keys(SETTINGS));
    if (near !== undefined && env[near] === undefined) mistakes.push(`${name} is unknown; did you mean ${near}?`);
  }
  if (mistakes.length > 0) {
    throw new PortraitError('INVALID_ARGUMENT', `${mistakes.length === 1 ? 'A setting' : `${mistakes.length} settings`} of the environment cannot be used:\n  ${mistakes.join('\n  ')}`, { hint: 'Correct or unset these variables; docs/cli.md lists all of them.' });
  }
  return {
    storeDir: value('PORTRAIT_STORE') ?? resolve('portrait-store'),
    threads: value('PORTRAIT_THREADS') ?? availableParallelism(),
    logLevel: value('PORTRAIT_LOG_LEVEL') ?? 'info',
  };
}
