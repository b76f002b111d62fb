// Cheap checks of files, folders and disk space before long work starts. Not here: checks of media contents (ingest).
import { constants } from 'node:fs';
import { access, mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { randomUUID } from 'node:crypto';
import { CLIP_FPS, PortraitError, toPortraitError } from '@portrait/contracts';
import { formatBytes } from '@portrait/observability';

/**
 * Returns the absolute path of a readable, non-empty file. Names may contain quotes or start with a dash: paths never
 * pass through a shell.
 */
export async function requireInputFile(path: string, what: string): Promise<string> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch(() => null);
  if (info === null)
    throw new PortraitError('NOT_FOUND', `The ${what} ${path} does not exist.`, {
      at: { file: absolute },
      hint: 'Check the spelling. Write a name that starts with a dash as ./-name.',
    });
  if (info.isDirectory())
    throw new PortraitError('INVALID_ARGUMENT', `The ${what} ${path} is a folder, not a file.`, {
      at: { file: absolute },
      hint: 'Give the path of the file.',
    });
  if (info.size === 0)
    throw new PortraitError('INPUT_UNREADABLE', `The ${what} ${path} is empty (0 bytes).`, {
      at: { file: absolute },
      hint: 'Copy or record it again.',
    });
  await access(absolute, constants.R_OK).catch((error: unknown) => {
    throw new PortraitError('INPUT_UNREADABLE', `The ${what} ${path} is not readable by this user.`, {
      at: { file: absolute },
      cause: error,
      hint: 'Change the permissions of the file.',
    });
  });
  return absolute;
}

async function requireWritableFolder(folder: string): Promise<void> {
  const probe = join(folder, `.portrait-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(probe, 'wx');
    await handle.close();
  } catch (error) {
    const known = toPortraitError(error);
    throw new PortraitError('STORE_UNWRITABLE', `The folder ${folder} cannot be written: ${(error as Error).message}`, {
      cause: error,
      at: { file: folder },
      hint: known.code === 'STORE_UNWRITABLE' && known.hint !== undefined ? known.hint : 'Choose another folder.',
    });
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

const VIDEO_CONTAINERS = ['mp4', 'mov', 'webm'] as const;
type VideoContainer = (typeof VIDEO_CONTAINERS)[number];

interface OutputRules {
  storeDir: string;
  inputs: readonly string[];
  transparent: boolean;
}

/** Checks the output path. @returns its absolute path and container */
export async function requireOutputVideo(
  path: string,
  { storeDir, inputs, transparent }: OutputRules,
): Promise<{ path: string; container: VideoContainer }> {
  const absolute = resolve(path);
  const container = extname(absolute).slice(1).toLowerCase() as VideoContainer;
  if (!VIDEO_CONTAINERS.includes(container))
    throw new PortraitError('INVALID_ARGUMENT', `The output ${path} must end in .mp4, .mov or .webm.`, {
      hint: 'For example --out talk.mp4.',
    });
  if (transparent && container === 'mp4')
    throw new PortraitError('INVALID_ARGUMENT', 'An mp4 cannot be transparent.', {
      hint: 'Give --out with .mov (for editors) or .webm (for browsers).',
    });
  const info = await stat(absolute).catch(() => null);
  if (info?.isDirectory())
    throw new PortraitError('INVALID_ARGUMENT', `The output ${path} is a folder, not a file.`, {
      at: { file: absolute },
      hint: 'Give the path of the video, for example --out talk.mp4.',
    });
  if (inputs.includes(absolute))
    throw new PortraitError('INVALID_ARGUMENT', `The output ${path} is also an input; it would be overwritten.`, {
      hint: 'Choose another --out.',
    });
  const inside = relative(resolve(storeDir), absolute);
  if (
    !inside.startsWith('..') &&
    !inside.includes(`..${sep}`) &&
    resolve(storeDir, inside) === absolute &&
    !/^[A-Za-z]:/.test(inside)
  ) {
    throw new PortraitError('INVALID_ARGUMENT', `The output ${path} is inside the store ${storeDir}.`, {
      hint: 'Choose a folder outside the store.',
    });
  }
  await requireWritableFolder(dirname(absolute));
  return { path: absolute, container };
}

/**
 * Estimates the disk space of a training, bytes. Measured on FFV1 clips of speaking heads: 1.1 bytes per pixel for the
 * clip, 0.5 for the torso layer, 0.1 for labels; plus 300 MB for models and checkpoints.
 */
export function trainingBytes(seconds: number, size: number): number {
  return Math.ceil(seconds * CLIP_FPS * size * size * 1.7 + 300e6);
}

/** @throws PortraitError STORE_UNWRITABLE when the disk of `folder` has less than `needed` bytes free */
export async function requireSpace(folder: string, needed: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed) {
    throw new PortraitError(
      'STORE_UNWRITABLE',
      `${what} needs about ${formatBytes(needed)}, and ${formatBytes(free)} are free in ${folder}.`,
      { at: { file: folder }, hint: 'Free some space, or choose a store on another disk with --store.' },
    );
  }
}

/** Derives a person name from a file name: "My Clip 2.MP4" → "my-clip-2". */
export function personFromFile(path: string): string {
  const base = (path.split(/[\\/]/).at(-1) ?? '').replace(/\.[^.]*$/, '');
  const slug = base
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  return slug === '' ? 'person' : slug;
}
