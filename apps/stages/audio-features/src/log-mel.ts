// Log-mel spectrogram as the Whisper encoder expects it: 25 ms periodic Hann windows every 10 ms, 80 mel bands on
// Slaney's scale from 0 to 8 kHz, log10 limited to 8 decades below the maximum.
import { Fourier } from './fourier.js';

export const MEL_BANDS = 80;
/** Samples from one mel frame to the next: 10 ms at 16 kHz. */
export const MEL_HOP = 160;
/** Samples of one analysis window: 25 ms at 16 kHz. */
export const MEL_WINDOW = 400;
const BINS = MEL_WINDOW / 2 + 1;
const BIN_HZ = 16000 / MEL_WINDOW;

/** Slaney's mel scale: linear below 1 kHz (3 mel per 200 Hz), then 27 mel for every factor of 6.4. */
const melOfHz = (hz: number): number => (hz < 1000 ? (3 * hz) / 200 : 15 + (27 * Math.log(hz / 1000)) / Math.log(6.4));
const hzOfMel = (mel: number): number =>
  mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((Math.log(6.4) * (mel - 15)) / 27);

interface MelBand {
  firstBin: number;
  weights: number[];
}

/** Triangles of unit area over the bins of the power spectrum. */
export function melFilters(bands = MEL_BANDS): MelBand[] {
  const edges = Array.from({ length: bands + 2 }, (_, i) => hzOfMel((melOfHz(8000) * i) / (bands + 1)));
  return Array.from({ length: bands }, (_, band) => {
    const [low, centre, high] = [edges[band]!, edges[band + 1]!, edges[band + 2]!];
    const all = Array.from({ length: BINS }, (_, k) => {
      const hz = k * BIN_HZ;
      return (Math.max(0, Math.min((hz - low) / (centre - low), (high - hz) / (high - centre))) * 2) / (high - low);
    });
    const firstBin = all.findIndex((w) => w > 0);
    return { firstBin, weights: all.slice(firstBin, all.findLastIndex((w) => w > 0) + 1) };
  });
}

/** Hann-windowed power spectra; two real frames share one complex transform. */
export class PowerSpectra {
  private readonly fourier = new Fourier(MEL_WINDOW);
  private readonly hann = Float64Array.from(
    { length: MEL_WINDOW },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / MEL_WINDOW),
  );
  private readonly inRe = new Float64Array(MEL_WINDOW);
  private readonly inIm = new Float64Array(MEL_WINDOW);
  private readonly outRe = new Float64Array(MEL_WINDOW);
  private readonly outIm = new Float64Array(MEL_WINDOW);

  /** Power of the windows that start at samples `first` and `second`; samples must hold both. */
  pair(
    samples: Float32Array,
    first: number,
    second: number,
    firstPower: Float64Array,
    secondPower: Float64Array,
  ): void {
    for (let i = 0; i < MEL_WINDOW; i++) {
      this.inRe[i] = samples[first + i]! * this.hann[i]!;
      this.inIm[i] = samples[second + i]! * this.hann[i]!;
    }
    this.fourier.transform(this.inRe, this.inIm, this.outRe, this.outIm);
    for (let k = 0; k < BINS; k++) {
      const mirror = (MEL_WINDOW - k) % MEL_WINDOW;
      const [re, im, mirrorRe, mirrorIm] = [this.outRe[k]!, this.outIm[k]!, this.outRe[mirror]!, this.outIm[mirror]!];
      firstPower[k] = ((re + mirrorRe) ** 2 + (im - mirrorIm) ** 2) / 4;
      secondPower[k] = ((im + mirrorIm) ** 2 + (mirrorRe - re) ** 2) / 4;
    }
  }
}

const filters = melFilters();
const spectra = new PowerSpectra();

/**
 * @param samples 16 kHz mono; frame m covers samples 160 m … 160 m + 400
 * @param frames even number of mel frames
 * @returns [80][frames], about −1 … 1.5
 */
export function logMel(samples: Float32Array, frames: number): Float32Array {
  const mel = new Float32Array(MEL_BANDS * frames);
  const power = [new Float64Array(BINS), new Float64Array(BINS)] as const;
  let top = -Infinity;
  for (let t = 0; t < frames; t += 2) {
    spectra.pair(samples, t * MEL_HOP, (t + 1) * MEL_HOP, power[0], power[1]);
    for (const [half, spectrum] of power.entries()) {
      for (let band = 0; band < MEL_BANDS; band++) {
        const { firstBin, weights } = filters[band]!;
        let energy = 0;
        for (let j = 0; j < weights.length; j++) energy += weights[j]! * spectrum[firstBin + j]!;
        const value = Math.log10(Math.max(energy, 1e-10));
        mel[band * frames + t + half] = value;
        if (value > top) top = value;
      }
    }
  }
  for (let i = 0; i < mel.length; i++) mel[i] = (Math.max(mel[i]!, top - 8) + 4) / 4;
  return mel;
}
