// Checks that cost nothing, made before hours are spent. Not here: what only looking into the media can tell (stage ingest).
import { constants } from 'node:fs';
import { access, mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { randomUUID } from 'node:crypto';
import { CLIP_FPS, PortraitError, toPortraitError } from '@portrait/contracts';
import { formatBytes } from '@portrait/observability';

/** Absolute path of a readable, non-empty file. A leading dash or a quote in the name is fine: paths never pass through a shell. */
export async function requireInputFile(path: string, what: string): Promise<string> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch(() => null);
  if (info === null)
    throw new PortraitError('NOT_FOUND', `The ${what} ${path} does not exist.`, {
      at: { file: absolute },
      hint: 'Check the spelling; a name that begins with a dash is given as ./-name.',
    });
  if (info.isDirectory())
    throw new PortraitError('INVALID_ARGUMENT', `The ${what} ${path} is a folder, not a file.`, {
      at: { file: absolute },
      hint: 'Name the file itself.',
    });
  if (info.size === 0)
    throw new PortraitError('INPUT_UNREADABLE', `The ${what} ${path} is empty (0 bytes).`, {
      at: { file: absolute },
      hint: 'Copy or record it again.',
    });
  await access(absolute, constants.R_OK).catch((error: unknown) => {
    throw new PortraitError('INPUT_UNREADABLE', `The ${what} ${path} may not be read by this user.`, {
      at: { file: absolute },
      cause: error,
      hint: 'Change its permissions.',
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

export const VIDEO_CONTAINERS = ['mp4', 'mov', 'webm'] as const;
export type VideoContainer = (typeof VIDEO_CONTAINERS)[number];

export interface OutputRules {
  storeDir: string;
  inputs: readonly string[];
  transparent: boolean;
}

/** Absolute path and container of the video to write. */
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
      hint: 'Name the video itself, for example --out talk.mp4.',
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
    throw new PortraitError('INVALID_ARGUMENT', `The output ${path} lies inside the store ${storeDir}.`, {
      hint: "The store is the product's own; choose a folder outside it.",
    });
  }
  await requireWritableFolder(dirname(absolute));
  return { path: absolute, container };
}

/**
 * Bytes a training needs, from what lossless clips of a speaking head take (FFV1: about 1.1 bytes a pixel for the clip, 0.5
 * for the torso layer, 0.1 for labels), plus models and checkpoints.
 */
export function trainingBytes(seconds: number, size: number): number {
  return Math.ceil(seconds * CLIP_FPS * size * size * 1.7 + 300e6);
}

/** @throws PortraitError STORE_UNWRITABLE when less than `needed` bytes are free where `folder` lies */
export async function requireSpace(folder: string, needed: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < needed) {
    throw new PortraitError(
      'STORE_UNWRITABLE',
      `${what} needs about ${formatBytes(needed)}, and ${formatBytes(free)} are free in ${folder}.`,
      { at: { file: folder }, hint: 'Free some space, or name a store on another disk with --store.' },
    );
  }
}

/** A name of a person made from a file name: "My Clip 2.MP4" → "my-clip-2". */
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
