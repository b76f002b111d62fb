// Lets a worker thread run the TypeScript sources, so that tests need no build. Not used from dist.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
