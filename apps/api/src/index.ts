// The API: how it is made, and the bookkeeping that the workflows ask for. Not here: starting it (main.ts).
export * as schema from './database/schema.js';
