// Entry point of the orchestrator process.
import { runService } from '@portrait/service-kit';
import { orchestrator } from './index.js';

process.exitCode = await runService(orchestrator);
