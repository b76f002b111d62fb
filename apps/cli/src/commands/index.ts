// Registers all commands; each has a file of its own.
import type { Command } from 'commander';
import { addBatch } from './batch.js';
import { addCancel } from './cancel.js';
import { addDemo } from './demo.js';
import { addDoctor } from './doctor.js';
import { addEvaluate } from './evaluate.js';
import { addExport } from './export.js';
import { addInspect } from './inspect.js';
import { addModels, addSamples } from './models.js';
import type { OpenSession } from './open-session.js';
import { addPeople } from './people.js';
import { addRender } from './render.js';
import { addRetry } from './retry.js';
import { addStage } from './stage.js';
import { addTrain } from './train.js';
import { addDown, addUp } from './up.js';
import { addWatch } from './watch.js';

export function addCommands(program: Command, open: OpenSession): void {
  for (const add of [
    addDemo,
    addTrain,
    addRender,
    addEvaluate,
    addInspect,
    addStage,
    addExport,
    addPeople,
    addModels,
    addSamples,
    addDoctor,
    addUp,
    addDown,
    addWatch,
    addRetry,
    addCancel,
    addBatch,
  ])
    add(program, open);
}
