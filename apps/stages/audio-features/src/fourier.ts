// Discrete Fourier transform of a fixed length with small prime factors (400 = 2⁴·5² here). Decimation in time, one
// butterfly for any radix; the tables are computed once.

export class Fourier {
  private readonly cos: Float64Array; // [n]
  private readonly sin: Float64Array; // [n]
  private readonly factors: number[];
  private readonly scratchRe: Float64Array; // [largest factor]
  private readonly scratchIm: Float64Array;

  constructor(readonly length: number) {
    this.factors = primeFactors(length);
    const radix = Math.max(1, ...this.factors);
    this.cos = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * i) / length));
    this.sin = Float64Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * i) / length));
    this.scratchRe = new Float64Array(radix);
    this.scratchIm = new Float64Array(radix);
  }

  /** X[k] = Σ x[t]·exp(−2πi·k·t/n). All arrays are [n]; input and output must not be the same arrays. */
  transform(inRe: Float64Array, inIm: Float64Array, outRe: Float64Array, outIm: Float64Array): void {
    this.recurse(inRe, inIm, 0, 1, outRe, outIm, 0, this.length, 0);
  }

  private recurse(
    inRe: Float64Array,
    inIm: Float64Array,
    offset: number,
    stride: number,
    outRe: Float64Array,
    outIm: Float64Array,
    at: number,
    n: number,
    depth: number,
  ): void {
    if (n === 1) {
      outRe[at] = inRe[offset]!;
      outIm[at] = inIm[offset]!;
      return;
    }
    const radix = this.factors[depth]!;
    const part = n / radix;
    for (let r = 0; r < radix; r++) {
      this.recurse(inRe, inIm, offset + r * stride, stride * radix, outRe, outIm, at + r * part, part, depth + 1);
    }
    const { cos, sin, scratchRe, scratchIm } = this;
    const turn = this.length / n; // table step that equals one n-th of a turn
    const radixTurn = this.length / radix;
    for (let k = 0; k < part; k++) {
      for (let r = 0; r < radix; r++) {
        const angle = r * k * turn;
        const re = outRe[at + r * part + k]!;
        const im = outIm[at + r * part + k]!;
        scratchRe[r] = re * cos[angle]! + im * sin[angle]!;
        scratchIm[r] = im * cos[angle]! - re * sin[angle]!;
      }
      for (let q = 0; q < radix; q++) {
        let re = 0;
        let im = 0;
        for (let r = 0; r < radix; r++) {
          const angle = ((r * q) % radix) * radixTurn;
          re += scratchRe[r]! * cos[angle]! + scratchIm[r]! * sin[angle]!;
          im += scratchIm[r]! * cos[angle]! - scratchRe[r]! * sin[angle]!;
        }
        outRe[at + q * part + k] = re;
        outIm[at + q * part + k] = im;
      }
    }
  }
}

function primeFactors(n: number): number[] {
  const factors: number[] = [];
  for (let p = 2; n > 1; p++) {
    while (n % p === 0) {
      factors.push(p);
      n /= p;
    }
  }
  return factors;
}
