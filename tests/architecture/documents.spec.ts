// Generated documents are generated again and compared; links between documents lead somewhere.
import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documentationSource } from '@portrait/cli';
import { documents } from '../../infra/docs/documents.mjs';
import { filesBelow, readJson, root } from './workspace.js';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('documents', () => {
  it('are what they are generated from (npm run docs)', async () => {
    const made = documents({ ...documentationSource(), lock: readJson('package-lock.json') }, read);
    expect(
      Object.entries(made)
        .filter(([path, text]) => !existsSync(join(root, path)) || read(path) !== text)
        .map(([path]) => path),
    ).toEqual([]);
  });

  it('link to files that exist', () => {
    const pages = filesBelow('.', (name) => name.endsWith('.md'));
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target]) => target!)
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only stages and parameters that exist', async () => {
    const { registry, listParameters } = documentationSource() as {
      registry: Record<string, unknown>;
      listParameters: (stage: unknown) => { path: string }[];
    };
    const wrong: string[] = [];
    for (const page of [...filesBelow('docs', (name) => name.endsWith('.md')), 'README.md']) {
      for (const [, stage, parameter] of read(page).matchAll(/--set ([a-z-]+)\.([A-Za-z.]+)=/g)) {
        // `portrait stage run X --set steps=…` leaves the stage out; the parameter's group then stands in its place.
        if (
          stage === 'stage' ||
          (registry[stage!] === undefined &&
            Object.values(registry).some((entry) =>
              listParameters(entry).some(({ path }) => path === `${stage}.${parameter}`),
            ))
        )
          continue;
        if (registry[stage!] === undefined || !listParameters(registry[stage!]).some(({ path }) => path === parameter))
          wrong.push(`${page}: ${stage}.${parameter}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
