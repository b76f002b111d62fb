#!/usr/bin/env node
// Writes the dashboard anew; run it after a change of dashboard.mjs: node infra/observability/generate.mjs
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dashboard } from './dashboard.mjs';

writeFileSync(
  join(dirname(fileURLToPath(import.meta.url)), 'grafana/dashboards/portrait.json'),
  `${JSON.stringify(dashboard(), null, 2)}\n`,
);
