import { describe, expect, it } from '@jest/globals';
import { PORTRAIT_GRAPH, STAGE_NAMES, STAGES, type StageSpecs } from '@portrait/contracts';
import { z } from 'zod';
import { mergeParams } from './merge-params.js';
import { listParameters } from './list-parameters.js';
import { graphParams, parseValue } from './overrides.js';

const stage = {
  params: z.strictObject({
    size: z
      .union([z.literal('source'), z.int().min(64).max(1024)])
      .default(512)
      .describe('side, px'),
    colour: z
      .union([z.enum(['plate', 'media']), z.string().regex(/^#[0-9a-fA-F]{6}$/)])
      .default('plate')
      .describe('behind'),
    range: z
      .union([z.null(), z.tuple([z.int(), z.int()])])
      .default(null)
      .describe('frames'),
    optim: z.strictObject({ rate: z.number().positive().default(0.1).describe('rate') }).prefault({ rate: 0.2 }),
  }),
};

const params = z.strictObject({
  steps: z.int().min(1).default(10),
  speed: z.enum(['fast', 'slow']).default('fast'),
  optim: z.strictObject({ rate: z.number().default(0.5) }).prefault({}),
});
const specs = Object.fromEntries(
  STAGE_NAMES.map((name) => [name, { ...STAGES[name], params }]),
) as unknown as StageSpecs;

describe('listParameters', () => {
  it('gives path, type with range, the default in force, and the meaning', () => {
    expect(listParameters(stage)).toEqual([
      { path: 'size', type: 'source | integer from 64 to 1024', default: '512', meaning: 'side, px' },
      { path: 'colour', type: 'plate | media | #rrggbb', default: '"plate"', meaning: 'behind' },
      { path: 'range', type: 'null | [integer, integer]', default: 'null', meaning: 'frames' },
      { path: 'optim.rate', type: 'number above 0', default: '0.2', meaning: 'rate' },
    ]);
  });
});

describe('graphParams', () => {
  it('lays assignments over a preset, nested groups field by field', () => {
    const params = graphParams(PORTRAIT_GRAPH, specs, { ingest: { steps: 5, optim: { rate: 0.1 } } }, [
      'ingest.optim.rate=0.3',
      'landmarks.speed=slow',
      'head-training.optim={"rate":0.9}',
    ]);
    expect(params).toMatchObject({
      ingest: { steps: 5, optim: { rate: 0.3 } },
      landmarks: { speed: 'slow' },
      'head-training': { optim: { rate: 0.9 } },
    });
  });

  it('does not change the preset it was given', () => {
    const base = { ingest: { steps: 5 } };
    graphParams(PORTRAIT_GRAPH, specs, base, ['ingest.steps=6']);
    expect(base).toEqual({ ingest: { steps: 5 } });
  });

  it('reads values as JSON where they are, as text where not', () => {
    expect([
      parseValue('3'),
      parseValue('true'),
      parseValue('[1,2]'),
      parseValue('"3"'),
      parseValue('slow'),
      parseValue('#204060'),
    ]).toEqual([3, true, [1, 2], '3', 'slow', '#204060']);
    expect(mergeParams({ a: [1, 2], b: { c: 1 } }, { a: [3], b: { d: 2 } })).toEqual({ a: [3], b: { c: 1, d: 2 } });
  });
});
