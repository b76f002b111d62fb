// Finished pieces of a video, kept as a checkpoint: after a kill the render goes on behind the last piece, and because
// every piece is encoded by itself, the joined file has the same bytes as an uninterrupted one.
import { copyFile, link } from 'node:fs/promises';
import { PortraitError, type ArtifactReaderWriter, type ArtifactRef } from '@portrait/contracts';
import { z } from 'zod';

const FORMAT = 1;
const stateSchema = z.strictObject({
  format: z.literal(FORMAT),
  pieces: z.array(z.strictObject({ name: z.string(), first: z.int().min(0), end: z.int().min(1) })),
});

export interface Piece {
  readonly name: string;
  /** Frames [first, end) of the video. */
  readonly first: number;
  readonly end: number;
  readonly path: string;
}

/** Pieces of an earlier attempt, in order. @throws PortraitError CHECKPOINT_INVALID */
export async function readPieces(
  artifacts: ArtifactReaderWriter,
  checkpoint: ArtifactRef<'checkpoint'>,
  planned: readonly { first: number; end: number }[],
): Promise<Piece[]> {
  const invalid = (why: string, cause?: unknown): PortraitError =>
    new PortraitError('CHECKPOINT_INVALID', `The checkpoint of this render ${why}.`, {
      cause,
      hint: 'Delete the checkpoint; the render then starts from its first frame.',
    });
  const state = await artifacts.readJson(checkpoint, 'render.json', stateSchema).catch((error: unknown) => {
    throw error instanceof PortraitError && error.code !== 'NOT_FOUND'
      ? error
      : invalid('is not one this version reads', error);
  });
  const pieces: Piece[] = [];
  for (const [k, piece] of state.pieces.entries()) {
    if (piece.first !== planned[k]?.first || piece.end !== planned[k]?.end)
      throw invalid(`holds frames ${piece.first} to ${piece.end}, which do not belong here`);
    pieces.push({ ...piece, path: await artifacts.path(checkpoint, piece.name) });
  }
  return pieces;
}

/**
 * Commits all pieces so far. Those an earlier checkpoint holds are linked, not copied, and share their bytes in the
 * store.
 */
export async function commitPieces(
  artifacts: ArtifactReaderWriter,
  pieces: readonly Piece[],
): Promise<{ checkpoint: ArtifactRef<'checkpoint'>; pieces: Piece[] }> {
  const draft = await artifacts.create('checkpoint');
  for (const piece of pieces)
    await link(piece.path, draft.path(piece.name)).catch(() => copyFile(piece.path, draft.path(piece.name)));
  await draft.writeJson('render.json', {
    format: FORMAT,
    pieces: pieces.map(({ name, first, end }) => ({ name, first, end })),
  });
  const checkpoint = await draft.commit();
  const kept = [];
  for (const piece of pieces) kept.push({ ...piece, path: await artifacts.path(checkpoint, piece.name) });
  return { checkpoint, pieces: kept };
}

export function pieceName(first: number): string {
  return `piece-${String(first).padStart(7, '0')}`;
}
