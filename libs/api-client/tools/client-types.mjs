// Generates the client types from openapi.json. `npm run docs` writes them; a spec compares them.
import openapiTypescript, { astToString } from 'openapi-typescript';

const HEADER = '// Generated from apps/api/openapi.json by npm run docs. Do not edit.\n';

/** @param document parsed openapi.json */
export async function clientTypes(document) {
  // The generator resolves references in place, so it gets a copy.
  const text = astToString(
    await openapiTypescript(structuredClone(document), {
      exportType: false,
      alphabetize: false,
      defaultNonNullable: false,
    }),
  );
  return HEADER + text.replace(/^\/\*\*[\s\S]*?\*\/\n/, '');
}
