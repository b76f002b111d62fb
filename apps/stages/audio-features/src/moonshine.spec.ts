import { describe, expect, it } from '@jest/globals';
import { exposeTensor, resampleHidden } from './moonshine.js';

describe('exposeTensor', () => {
  it('appends graph { output { name } } as protocol buffer bytes', () => {
    const bytes = exposeTensor(Uint8Array.of(1, 2), 'ab');
    expect([...bytes]).toEqual([1, 2, 0x3a, 6, 0x62, 4, 0x0a, 2, 0x61, 0x62]);
  });

  it('writes lengths above 127 as two bytes', () => {
    const bytes = exposeTensor(new Uint8Array(0), 'x'.repeat(200));
    expect([...bytes.subarray(0, 3)]).toEqual([0x3a, 0xce, 0x01]); // 206 = 200 + 3 + 3
  });
});

describe('resampleHidden', () => {
  it('resamples hidden frames 384 samples apart to (t + ½)·320', () => {
    const hidden = Float32Array.from({ length: 20 }, (_, i) => 384 * i); // value = position of its centre
    const out = resampleHidden(hidden, 1, 10);
    out.forEach((v, t) => expect(v).toBeCloseTo(320 * t + 160, 2)); // float32 at 3,000: steps of 2e-4
  });

  it('holds the last hidden frame at the end', () => {
    expect([...resampleHidden(Float32Array.of(5, 7), 1, 4)].at(-1)).toBe(7);
  });
});
