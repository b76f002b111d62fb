#!/usr/bin/env node
// Writes the manifests anew; run it after a change of the graph, of infra/images/services.mjs or of the alerts:
// node infra/kubernetes/generate.mjs
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { writeGenerated } from '../images/generated.mjs';
import { root } from '../images/workspace.mjs';
import { kubernetesFiles } from './kubernetes.mjs';

const { groups } = parse(readFileSync(join(root, 'infra/observability/alerts.yaml'), 'utf8'));
await writeGenerated((services) => kubernetesFiles(services, groups));
