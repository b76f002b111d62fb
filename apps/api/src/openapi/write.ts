// The description as the text of its file; a spec compares the two.
import { openApiDocument } from './document.js';

export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;
