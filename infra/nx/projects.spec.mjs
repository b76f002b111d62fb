import { describe, expect, it } from '@jest/globals';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow, readPackages } from '../../tests/architecture/workspace.ts';
import { layerOf, shortName } from '../../tests/architecture/layers.ts';
import { createNodes } from './projects.mjs';

const workspaceRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');

describe('the Nx projects', () => {
  it('are all packages, with targets, and with the layer of the architecture rules as tag', async () => {
    const packages = readPackages();
    const [, makeProjects] = createNodes;
    const files = packages.map(({ folder }) => `${folder}/package.json`);
    const made = await makeProjects(files, undefined, { workspaceRoot });
    const projects = made.flatMap(([, { projects }]) => Object.values(projects));
    expect(projects.map(({ name }) => name)).toEqual(packages.map(({ name }) => name));
    for (const { name, tags, targets } of projects) {
      const layer = layerOf(shortName(name));
      expect(tags).toEqual([layer < 0 ? 'test-support' : `layer:${layer}`]);
      expect(Object.keys(targets).sort()).toEqual(['lint', 'test', 'typecheck']);
    }
  });

  it('include the folders that are no package', async () => {
    const [pattern, makeProjects] = createNodes;
    for (const file of ['infra/README.md', 'native-kernels/CMakeLists.txt', 'tests/tsconfig.json']) {
      expect(pattern).toContain(file);
      expect(filesBelow(dirname(file))).toContain(file);
      const [[, { projects }]] = await makeProjects([file], undefined, { workspaceRoot });
      expect(Object.keys(projects)).toEqual([dirname(file)]);
    }
  });
});
