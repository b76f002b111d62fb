#!/usr/bin/env node
// Writes the compose files. Run it after a change of the graph or of infra/images/services.mjs:
//   node infra/compose/generate.mjs
import { writeGenerated } from '../images/generated.mjs';
import { composeFiles } from './compose.mjs';

await writeGenerated(composeFiles);
