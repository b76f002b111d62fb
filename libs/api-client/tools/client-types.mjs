// Types of the client, made from the description of the API. `npm run docs` writes them; a spec compares them.
import openapiTypescript, { astToString } from 'openapi-typescript';

const HEADER =
  '// Types of every request and answer, made from apps/api/openapi.json by npm run docs. Not to be changed by hand.\n';

/** @param document the description, parsed */
export async function clientTypes(document) {
  // A copy: the tool resolves references in place.
  const text = astToString(
    await openapiTypescript(structuredClone(document), {
      exportType: false,
      alphabetize: false,
      defaultNonNullable: false,
    }),
  );
  return HEADER + text.replace(/^\/\*\*[\s\S]*?\*\/\n/, '');
}
