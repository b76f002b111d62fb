// Writes the page of a run and its videos into a folder.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactScope } from '@portrait/artifact-store';
import { toPortraitError } from '@portrait/contracts';
import type { Registry } from '@portrait/stage-kit';
import { publishFile } from '../portrait/publish-file.js';
import { collectRun, type RunView } from './collect-run.js';
import { runPage } from './run-page.js';

export async function writeRunPage(
  scope: ArtifactScope,
  registry: Registry | null,
  folder: string,
  fileName = 'index.html',
): Promise<{ path: string; view: RunView }> {
  const view = await collectRun(scope, registry);
  const path = join(folder, fileName);
  try {
    await mkdir(folder, { recursive: true });
    for (const { ref, file, name } of view.videos) await publishFile(await scope.path(ref, file), join(folder, name));
    await writeFile(path, runPage(view));
  } catch (error) {
    throw toPortraitError(error);
  }
  return { path, view };
}
