import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientTypes } from '../tools/client-types.mjs';

const root = join(import.meta.dirname, '../../..');

it('the types match openapi.json (npm run docs)', async () => {
  const made = await clientTypes(JSON.parse(readFileSync(join(root, 'apps/api/openapi.json'), 'utf8')));
  expect(readFileSync(join(root, 'libs/api-client/src/generated/api.ts'), 'utf8') === made).toBe(true);
});
