import { describe, expect, it } from '@jest/globals';
import { headTrainingSpec, lipsFinetuningSpec, torsoTrainingSpec } from '@portrait/contracts';
import { kernelInfo, type Lpips } from '@portrait/kernels';
import { headConfig } from '../head-artifact.js';
import { torsoConfig } from '../torso-artifact.js';
import {
  headTrainingOptions,
  lipsTraining,
  lipsTrainingOptions,
  MIN_PATCH_SIZE,
  torsoTrainingOptions,
} from './trainer-options.js';

const { options } = kernelInfo();
const RUN = { steps: 100, seed: 1 };

/** Names as the add-on lists them: `a.b` is field b of object a. */
const fieldsOf = (object: object, prefix = ''): string[] =>
  Object.entries(object).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? fieldsOf(value, `${prefix}${key}.`) : `${prefix}${key}`,
  );

describe('option lists', () => {
  const head = headTrainingSpec.params.parse({});
  const lips = lipsFinetuningSpec.params.parse({});
  const torso = torsoTrainingSpec.params.parse({});

  it('pass exactly the fields that the add-on reads', () => {
    expect(fieldsOf(headConfig(head.model, 96)).sort()).toEqual([...options.head].sort());
    expect(fieldsOf(headTrainingOptions(head.optim, RUN)).sort()).toEqual([...options.headTraining].sort());
    expect(fieldsOf(lipsTrainingOptions(lips.optim, RUN)).sort()).toEqual([...options.headTraining].sort());
    const { lpips: _network, ...lipsOptions } = lipsTraining(lips, {} as Lpips);
    expect(fieldsOf(lipsOptions).sort()).toEqual([...options.lips].sort());
    const shape = { frames: 1, torsoShrink: torso.torsoShrink, finestResolution: 512 };
    expect(fieldsOf(torsoConfig(shape)).sort()).toEqual([...options.torso].sort());
    expect(fieldsOf(torsoTrainingOptions(torso, 1)).sort()).toEqual([...options.torsoTraining].sort());
  });

  it('carry every parameter of the schemas under its own name', () => {
    const missing = (fields: string[], list: readonly string[], elsewhere: string[]): string[] =>
      fields.filter((field) => !list.includes(field) && !elsewhere.includes(field));
    expect(missing(fieldsOf(head.model), options.head, ['audioComponents', 'audioChannelComponents'])).toEqual([]);
    expect(missing(fieldsOf(head.optim), options.headTraining, ['pretrainSteps'])).toEqual([]);
    const ofTheLoop = ['checkpointSteps', 'steps'];
    expect(missing(fieldsOf(torso), [...options.torso, ...options.torsoTraining], ofTheLoop)).toEqual([]);
  });

  it('pass the values of the parameters', () => {
    expect(headTrainingOptions(head.optim, RUN)).toMatchObject({
      ...RUN,
      gridLearningRate: head.optim.gridLearningRate,
      audioLearningRate: head.optim.netLearningRate,
      ambientRampStart: head.optim.ambientRampStart,
      emaInterval: head.optim.emaInterval,
    });
    expect(lipsTrainingOptions(lips.optim, RUN).occupancyInterval).toBe(0);
    expect(MIN_PATCH_SIZE).toBeLessThanOrEqual(lips.patchSize);
  });
});
