// The text of openapi.json; a spec compares it with the file.
import { openApiDocument } from './document.js';

export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
