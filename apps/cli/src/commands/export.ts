// portrait export: writes the files of a portrait for other tools.
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Portrait } from '@portrait/catalog';
import { ARTIFACT_KINDS, type ArtifactRef } from '@portrait/contracts';
import { formatBytes } from '@portrait/observability';
import { publishFile } from '../portrait/publish-file.js';
import { formatTable } from '../terminal/style.js';
import { withExamples, withPerson, withStore } from './options.js';
import type { OpenSession } from './open-session.js';

/** Without what footage mode adds: the clip's stages can make it again, and its files have the names of others. */
const exportedParts = ({ parts }: Portrait): ArtifactRef[] => {
  const { head, torso, poses, landmarks, background, clip } = parts;
  return [head, torso, poses, landmarks, background, clip] as ArtifactRef[];
};

export function addExport(program: Command, open: OpenSession): void {
  const command = withPerson(
    program
      .command('export')
      .description(
        'Write the files of a portrait for other tools: head and torso (safetensors), transforms.json, landmarks, ' +
          'background plate, clip.',
      ),
  ).requiredOption('--out <folder>', 'output folder');
  withExamples(withStore(command), 'export --person anna --out anna-portrait');
  command.action(async (options: { person: string; out: string; store?: string }) => {
    const session = open(command);
    const { console } = session;
    const { store, scope } = await session.openScope(options, options.person);
    const { requirePortrait } = await import('@portrait/stage-kit');
    const portrait = await requirePortrait(store, scope);
    const rows: string[][] = [];
    for (const ref of [...exportedParts(portrait), portrait.consent]) {
      for (const [name, file] of Object.entries(ref.files)) {
        const path = join(resolve(options.out), name);
        await publishFile(await scope.path(ref, name), path);
        rows.push([path, formatBytes(file.bytes), ARTIFACT_KINDS[ref.kind].meaning]);
        console.event({ type: 'written', path, kind: ref.kind, sha256: file.sha256, bytes: file.bytes });
      }
    }
    console.print(formatTable(rows));
  });
}
