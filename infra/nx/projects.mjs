// Nx plugin: makes a project of every package and gives it the targets lint, typecheck and test.
// The tag `layer:N` comes from the table in tests/architecture/layers.ts, so there is one table of layers.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const LAYERS = 'tests/architecture/layers.ts';
const PACKAGE_FILES = '{libs,apps}/**/package.json,workflows/package.json';
const OTHER_FILES = 'infra/README.md,native-kernels/CMakeLists.txt,tests/tsconfig.json';
const JEST = 'node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js';
/** The native tests run through ctest, which `npm test` starts. */
const NATIVE = 'native-kernels';

/** Imports the table without a build. It has no imports of its own: a data URL cannot resolve them. */
async function readLayers(workspaceRoot) {
  const source = readFileSync(join(workspaceRoot, LAYERS), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

function command(line, options) {
  return { executor: 'nx:run-commands', cache: true, options: { command: line, cwd: '{workspaceRoot}' }, ...options };
}

/** `--roots`, because a path pattern such as `infra/` also matches the path of the clone. */
const jestTarget = (folder) =>
  command(`${JEST} --passWithNoTests --roots ${folder}`, { inputs: ['sources', '^sources', 'testTools'] });

const lintTarget = (folder) =>
  command(`node node_modules/eslint/bin/eslint.js ${folder}`, { inputs: ['sources', '^sources', 'lintTools'] });

/** `tsc -b` builds the references first; `dependsOn` keeps two processes from writing the same folder. */
const typecheckTarget = (folder) =>
  command(`node node_modules/typescript/bin/tsc -b ${folder}`, {
    dependsOn: ['^typecheck'],
    inputs: ['sources', '^sources', 'compilerTools'],
    outputs: ['{projectRoot}/dist'],
  });

function packageProject(folder, name, layers) {
  const shortName = layers.shortName(name);
  const layer = layers.layerOf(shortName);
  return {
    name,
    root: folder,
    tags: layer < 0 ? ['test-support'] : [`layer:${layer}`],
    targets: { lint: lintTarget(folder), typecheck: typecheckTarget(folder), test: jestTarget(folder) },
    ...(shortName === 'kernels' ? { implicitDependencies: [NATIVE] } : {}),
  };
}

/** Folders that are no npm package but are checked like one. */
function otherProject(folder, packageNames) {
  if (folder === NATIVE) return { name: NATIVE, root: folder };
  const targets = { lint: lintTarget(folder), test: jestTarget(folder) };
  if (folder === 'infra') return { name: folder, root: folder, targets, implicitDependencies: packageNames };
  return {
    name: folder,
    root: folder,
    targets: { ...targets, typecheck: typecheckTarget(folder) },
    implicitDependencies: [...packageNames, 'infra', NATIVE],
  };
}

async function projectsOf(files, _options, { workspaceRoot }) {
  const layers = await readLayers(workspaceRoot);
  const packages = files
    .filter((file) => file.endsWith('/package.json'))
    .map((file) => ({ file, name: JSON.parse(readFileSync(join(workspaceRoot, file), 'utf8')).name }));
  const packageNames = packages.map(({ name }) => name);
  const projects = [
    ...packages.map(({ file, name }) => [file, packageProject(dirname(file), name, layers)]),
    ...files
      .filter((file) => !file.endsWith('/package.json'))
      .map((file) => [file, otherProject(dirname(file), packageNames)]),
  ];
  return projects.map(([file, project]) => [file, { projects: { [project.root]: project } }]);
}

export const name = 'portrait-projects';
export const createNodes = [`{${PACKAGE_FILES},${OTHER_FILES}}`, projectsOf];
