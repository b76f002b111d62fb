// Resolves a name in the tables to a verified local path. Files in a folder or in node_modules are used in place;
// fetched files are cached by sha256. Other hashes are refused.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PortraitError, type Logger } from '@portrait/contracts';
import { MODELS, type ListedFile, type ModelName } from './manifest.js';
import { SAMPLES, type SampleName } from './samples.js';
import { describeSource, localPath, readSource } from './sources.js';

interface ResolveOptions {
  signal?: AbortSignal | undefined;
  log?: Logger | undefined;
  /** Default `process.env`. PORTRAIT_MODELS, PORTRAIT_DATA, PORTRAIT_CACHE, XDG_CACHE_HOME. */
  env?: NodeJS.ProcessEnv;
  /** Called after each file of a sample. */
  onProgress?: (done: number, total: number) => void;
  /** Fetch nothing. Default false. */
  offline?: boolean;
}

interface ResolvedFile {
  path: string;
  /** Description of the source. */
  source: string;
}

/** Folder of fetched files: $PORTRAIT_CACHE, else $XDG_CACHE_HOME/talking-portrait, else ~/.cache/talking-portrait. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['PORTRAIT_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'talking-portrait');
}

async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, signal ? { signal } : {})) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() ?? false;

/** Finds, verifies and, where needed, fetches one listed file. */
export async function resolveFile(entry: ListedFile, options: ResolveOptions = {}): Promise<ResolvedFile> {
  const { env = process.env, signal, log } = options;
  const folder = cacheFolder(env);
  const cached = join(folder, entry.sha256.slice(0, 16), entry.file);
  const refusals: string[] = [];
  const refuse = (where: string, why: string, loud = false): void => {
    refusals.push(`${where}: ${why}`);
    if (loud) log?.warn(`${entry.file} from ${where} is refused: ${why}`);
  };

  for (const source of entry.sources) {
    const path = localPath(source, env);
    if (!path || !(await exists(path))) continue;
    const sha256 = await sha256Of(path, signal);
    if (sha256 === entry.sha256) return { path, source: describeSource(source) };
    refuse(describeSource(source), `sha256 is ${sha256}, expected ${entry.sha256}`, true);
  }
  if (await exists(cached)) {
    if ((await sha256Of(cached, signal)) === entry.sha256) return { path: cached, source: 'cache' };
    await rm(cached, { force: true });
    log?.warn(`${cached} is damaged and will be fetched again.`);
  }
  for (const source of entry.sources) {
    signal?.throwIfAborted();
    const where = describeSource(source);
    if (localPath(source, env) && refusals.some((r) => r.startsWith(`${where}: `))) continue;
    const fetched = source.kind === 'pypi' || source.kind === 'url';
    if (fetched && options.offline) continue;
    try {
      if (fetched) await mkdir(folder, { recursive: true });
      const bytes = await readSource(source, { env, cacheFolder: folder, signal });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== entry.sha256) {
        refuse(where, `sha256 is ${sha256}, expected ${entry.sha256}`, true);
        continue;
      }
      await store(bytes, cached);
      log?.info(`${entry.file} (${(entry.bytes / 1e6).toFixed(1)} MB) from ${where}`);
      return { path: cached, source: where };
    } catch (error) {
      signal?.throwIfAborted();
      refuse(where, (error as Error).message);
    }
  }
  const variable = entry.sources.find((s) => s.kind === 'folder')?.env ?? 'PORTRAIT_MODELS';
  const path = entry.sources.find((s) => s.kind === 'folder')?.path ?? entry.file;
  throw new PortraitError(
    'MODEL_UNAVAILABLE',
    `No source has ${entry.file}:\n${refusals.map((r) => `  ${r}`).join('\n')}`,
    {
      at: { file: entry.file },
      hint:
        `Put the file with sha256 ${entry.sha256} at ${path} in a folder and set ${variable} to that folder, ` +
        'or connect to the internet and run the same command again.',
    },
  );
}

/** Atomic: two processes may fetch the same file. */
async function store(bytes: Buffer, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const partial = `${path}.${randomUUID()}.partial`;
  try {
    await writeFile(partial, bytes);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Verified local path of a model. @throws PortraitError MODEL_UNAVAILABLE with the reason of each source */
export async function modelPath(name: ModelName, options: ResolveOptions = {}): Promise<string> {
  return (await resolveFile(MODELS[name], options)).path;
}

/** Verified local paths of a sample's files, in order. Fetched files are cached, so a second call resumes. */
export async function samplePaths(name: SampleName, options: ResolveOptions = {}): Promise<string[]> {
  const { files } = SAMPLES[name];
  const paths: string[] = [];
  for (const file of files) {
    paths.push((await resolveFile(file, options)).path);
    options.onProgress?.(paths.length, files.length);
  }
  return paths;
}

interface Verification {
  name: ModelName | SampleName;
  kind: 'model' | 'sample';
  files: number;
  bytes: number;
  /** Where the first file was found; null when not available. */
  source: string | null;
  path: string | null;
  /** Why it is not available. */
  error: PortraitError | null;
}

/** State of all models, samples or both, for `portrait models` and `portrait samples`. Missing files do not throw. */
export async function verifyAll(
  kind: 'model' | 'sample' | 'all' = 'all',
  options: ResolveOptions = {},
): Promise<Verification[]> {
  const entries = [
    ...(kind === 'sample'
      ? []
      : Object.values(MODELS).map((m) => ({
          name: m.name,
          kind: 'model' as const,
          list: [m] as readonly ListedFile[],
        }))),
    ...(kind === 'model'
      ? []
      : Object.values(SAMPLES).map((s) => ({ name: s.name, kind: 'sample' as const, list: s.files }))),
  ];
  const results: Verification[] = [];
  for (const { name, kind: entryKind, list } of entries) {
    let first: ResolvedFile | null = null;
    let error: PortraitError | null = null;
    for (const file of list) {
      try {
        const found = await resolveFile(file, options);
        first ??= found;
      } catch (thrown) {
        if (!(thrown instanceof PortraitError)) throw thrown;
        error = thrown;
        break;
      }
    }
    const bytes = list.reduce((sum, f) => sum + f.bytes, 0);
    results.push({
      name,
      kind: entryKind,
      files: list.length,
      bytes,
      source: error ? null : (first?.source ?? null),
      path: error ? null : (first?.path ?? null),
      error,
    });
  }
  return results;
}
