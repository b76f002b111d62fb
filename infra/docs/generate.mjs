#!/usr/bin/env node
// Writes the generated documents. Run it after a change of parameters, commands, formats, the API or packages:
//   npm run docs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { documents } from './documents.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (path) => readFileSync(join(root, path), 'utf8');
const { documentationSource } = await import('../../apps/cli/dist/index.js');
const source = { ...documentationSource(), lock: JSON.parse(read('package-lock.json')) };

// The description of the API, and from it the types of its client.
const { openApiText } = await import('../../apps/api/dist/openapi/openapi-text.js');
const { clientTypes } = await import('../../libs/api-client/tools/client-types.mjs');
const description = openApiText();
const api = {
  'apps/api/openapi.json': description,
  'libs/api-client/src/generated/api.ts': await clientTypes(JSON.parse(description)),
};

for (const [path, text] of Object.entries({ ...documents(source, read), ...api })) {
  if (existsSync(join(root, path)) && read(path) === text) continue;
  writeFileSync(join(root, path), text);
  console.log(`docs: ${path} written`);
}
