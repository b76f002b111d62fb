// Drafts of artifacts and checks of their files, shared by all adapters. A draft is a local folder until it is
// published.
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ARTIFACT_KINDS,
  PortraitError,
  fileNameSchema,
  toPortraitError,
  type ArtifactDraft,
  type ArtifactFile,
  type ArtifactKind,
  type ArtifactRef,
} from '@portrait/contracts';
import { sha256File } from './digest.js';
import { makeWorkFolder, removeFolder } from './work-folders.js';

/** File name → local path of its bytes. */
export type LocalFiles = Record<string, string>;
type Publish<K extends ArtifactKind> = (files: LocalFiles) => Promise<ArtifactRef<K>>;

/** @throws PortraitError INTERNAL when artifacts of this kind have no file of this name */
function checkFileName(kind: ArtifactKind, name: string): string {
  const declared: readonly string[] = ARTIFACT_KINDS[kind].files;
  if (!fileNameSchema.safeParse(name).success || !(declared.includes('*') || declared.includes(name))) {
    throw new PortraitError('INTERNAL', `An artifact of kind ${kind} has no file ${name}.`);
  }
  return name;
}

/** Sorted names of the files. @throws PortraitError INTERNAL when a name is unknown or a declared file is missing */
export function checkNames(kind: ArtifactKind, files: LocalFiles): string[] {
  const names = Object.keys(files)
    .map((name) => checkFileName(kind, name))
    .sort();
  for (const declared of ARTIFACT_KINDS[kind].files) {
    if (declared !== '*' && !names.includes(declared))
      throw new PortraitError('INTERNAL', `An artifact of kind ${kind} lacks its file ${declared}.`);
  }
  return names;
}

/** Size and sha256 of every file. */
export async function hashFiles(kind: ArtifactKind, files: LocalFiles): Promise<Record<string, ArtifactFile>> {
  const hashed: Record<string, ArtifactFile> = {};
  for (const name of checkNames(kind, files)) hashed[name] = await sha256File(files[name]!);
  return hashed;
}

/** @param publish stores the finished files; the draft folder is removed afterwards, also on failure */
export async function openDraft<K extends ArtifactKind>(
  kind: K,
  parent: string,
  publish: Publish<K>,
): Promise<ArtifactDraft<K>> {
  const folder = await makeWorkFolder(parent);
  const path = (name: string): string => join(folder, checkFileName(kind, name));
  return {
    path,
    write: (name, bytes) => writeFile(path(name), bytes),
    writeJson: (name, value) => writeFile(path(name), `${JSON.stringify(value, null, 2)}\n`),
    discard: () => removeFolder(folder),
    async commit() {
      try {
        return await publish(Object.fromEntries((await readdir(folder)).map((name) => [name, join(folder, name)])));
      } catch (error) {
        throw toPortraitError(error);
      } finally {
        await removeFolder(folder);
      }
    },
  };
}

/** Commits a draft with the one file at `source`. @throws PortraitError NOT_FOUND when there is no such file */
export async function importInto<K extends ArtifactKind>(
  draft: ArtifactDraft<K>,
  name: string,
  source: string,
): Promise<ArtifactRef<K>> {
  try {
    await copyFile(source, draft.path(name));
  } catch (error) {
    await draft.discard();
    throw importError(source, error);
  }
  return draft.commit();
}

export function importError(source: string, error: unknown): PortraitError {
  if ((error as { code?: string }).code === 'ENOENT')
    return new PortraitError('NOT_FOUND', `There is no file ${source}.`, { cause: error, at: { file: source } });
  return toPortraitError(error);
}

export async function readJsonFile<T>(path: string, schema?: { parse(value: unknown): T }): Promise<T> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  return schema ? schema.parse(value) : (value as T);
}
