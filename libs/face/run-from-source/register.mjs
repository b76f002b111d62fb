// Lets a worker thread run the TypeScript sources as they are, so that tests need no build. Never used from dist.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
