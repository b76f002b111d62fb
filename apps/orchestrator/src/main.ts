// Starts the orchestrator.
import { runService } from '@portrait/service-kit';
import { orchestrator } from './index.js';

process.exitCode = await runService(orchestrator);
