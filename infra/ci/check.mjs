#!/usr/bin/env node
// The quick check before a commit: types, format, lint, architecture rules. Nx caches types and lint per package.
import { checkWhole, createSteps, finish, JEST } from './steps.mjs';

const NX = ['node_modules/nx/dist/bin/nx.js', 'run-many', '--output-style=static'];

const steps = createSteps();
steps.run('types', () => checkWhole(...NX, '-t', 'typecheck'));
steps.run('format', () => checkWhole('infra/format/format.mjs', '--check'));
steps.run('lint', () => checkWhole(...NX, '-t', 'lint'));
steps.run('architecture', () => checkWhole(...JEST, 'tests/architecture'));
finish(steps);
