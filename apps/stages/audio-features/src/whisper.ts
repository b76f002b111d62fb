// Second layer of the multilingual Whisper base encoder, first 128 principal components, exactly 50 Hz. The encoder
// adds a position code; subtracting its output for a constant spectrogram of the same length removes the position from
// the features.
import ort from 'onnxruntime-node';
import { logMel, MEL_BANDS, MEL_HOP, MEL_WINDOW } from './log-mel.js';
import { FRAME_SAMPLES, type WindowEncoder } from './windows.js';

const CHANNELS = 128;
const OUTPUT = 'feat';
/**
 * Output frame i is centred on mel frame 2i; shifting the spectrogram by half a feature frame puts it on (i + ½)·320.
 */
const LEAD = MEL_WINDOW / 2 - FRAME_SAMPLES / 2;
const MEL_PER_FRAME = FRAME_SAMPLES / MEL_HOP;

/** @param meanMel [80] mean log-mel of speech, the constant spectrogram */
export async function openWhisper(modelPath: string, meanMel: readonly number[]): Promise<WindowEncoder> {
  const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const encodeMel = async (mel: Float32Array, melFrames: number): Promise<Float32Array> =>
    (await session.run({ mel: new ort.Tensor('float32', mel, [1, MEL_BANDS, melFrames]) }, [OUTPUT]))[OUTPUT]!
      .data as Float32Array;
  let position: { melFrames: number; answer: Float32Array } | undefined;

  return {
    channels: CHANNELS,
    lead: LEAD,
    tail: MEL_WINDOW - MEL_HOP - LEAD,
    async encode(samples, frames) {
      const melFrames = frames * MEL_PER_FRAME;
      if (position?.melFrames !== melFrames) {
        const constant = Float32Array.from(
          { length: MEL_BANDS * melFrames },
          (_, i) => meanMel[Math.floor(i / melFrames)]!,
        );
        position = { melFrames, answer: await encodeMel(constant, melFrames) };
      }
      const answer = await encodeMel(logMel(samples, melFrames), melFrames);
      return answer.map((value, i) => value - position!.answer[i]!);
    },
  };
}
