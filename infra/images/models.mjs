// Copies the pre-trained models into a folder, each verified by its sha256, so that a container needs no internet.
// Runs inside the image build. A model without a published source may be missing; any other missing model fails the
// build.
// Usage: node infra/images/models.mjs <folder>
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MODELS, resolveFile } from '../../libs/models/dist/index.js';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('Usage: node infra/images/models.mjs <folder>');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const log = { debug() {}, info: (text) => console.log(text), warn: (text) => console.warn(text) };
for (const model of Object.values(MODELS)) {
  // The same place below the folder that PORTRAIT_MODELS is searched by.
  const place = model.sources.find(({ kind }) => kind === 'folder')?.path ?? model.file;
  try {
    const { path, source } = await resolveFile(model, { log });
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    copyFileSync(path, join(folder, place));
    console.log(`${model.name}: from ${source}`);
  } catch (error) {
    const published = model.sources.some(({ kind }) => kind === 'npm' || kind === 'pypi' || kind === 'url');
    console.warn(`${model.name}: ${published ? 'missing' : 'left out'}, because ${error.message}`);
    if (published) process.exitCode = 4;
  }
}
