import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { modelPath } from '@portrait/models';
import { readTflite } from './read-model.js';
import { tfliteToOnnx } from './to-onnx.js';

describe('tfliteToOnnx', () => {
  it('converts the segmentation model to the same file each time', async () => {
    const bytes = new Uint8Array(await readFile(await modelPath('selfie-multiclass')));
    const model = readTflite(bytes);
    expect(model.inputs.map((i) => model.tensors[i]!.shape)).toEqual([[1, 256, 256, 3]]);
    expect(model.outputs.map((i) => model.tensors[i]!.shape)).toEqual([[1, 256, 256, 6]]);
    expect(new Set(model.operators.map((o) => o.name))).toContain('TRANSPOSE_CONV');
    expect(tfliteToOnnx(bytes).equals(tfliteToOnnx(bytes))).toBe(true);
  });

  it('names an unknown operator', async () => {
    const bytes = new Uint8Array(await readFile(await modelPath('selfie-multiclass')));
    // Changes DEPTHWISE_CONV_2D (4) to the unknown code 120 in the table of operator codes.
    const { operators } = readTflite(bytes);
    expect(operators.every((o) => !o.name.startsWith('CODE'))).toBe(true);
    const broken = bytes.slice();
    const view = new DataView(broken.buffer);
    const codes = operatorCodeBytes(view);
    for (const at of codes) if (view.getInt8(at) === 4) view.setInt8(at, 120);
    expect(() => tfliteToOnnx(broken)).toThrow('CODE 120 is not supported');
  });
});

/** Positions of the byte form of each operator code: field 0 of the tables in field 1 of the root. */
function operatorCodeBytes(view: DataView): number[] {
  const field = (table: number, n: number): number => {
    const vtable = table - view.getInt32(table, true);
    return table + view.getUint16(vtable + 4 + 2 * n, true);
  };
  const vector = field(view.getUint32(0, true), 1);
  const start = vector + view.getUint32(vector, true);
  return Array.from({ length: view.getUint32(start, true) }, (_, i) => {
    const slot = start + 4 + 4 * i;
    const table = slot + view.getUint32(slot, true);
    const vtable = table - view.getInt32(table, true);
    const offset = view.getUint16(vtable + 4, true);
    return offset === 0 ? -1 : table + offset;
  }).filter((at) => at >= 0);
}
