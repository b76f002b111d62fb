// Hidden state of Moonshine tiny's third layer (288 channels) at 50 Hz. Early layers of a speech recogniser drive lips
// better than its output and transfer between languages. The model file outputs only its last layer; `exposeTensor`
// adds another.
import { readFile } from 'node:fs/promises';
import ort from 'onnxruntime-node';
import { FRAME_SAMPLES, type WindowEncoder } from './windows.js';

const CHANNELS = 288;
const LAYER = '/layers.2/Add_1_output_0';
/** Strides 64·3·2 and kernels 127, 7, 3 without padding: hidden frame i sees samples 384 i … 384 i + 894. */
const HIDDEN_STRIDE = 384;
const HIDDEN_CENTRE = 447;

export async function openMoonshine(modelPath: string): Promise<WindowEncoder> {
  const session = await ort.InferenceSession.create(exposeTensor(await readFile(modelPath), LAYER), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return {
    channels: CHANNELS,
    lead: HIDDEN_CENTRE,
    // The centre of the last frame lies between two hidden frames; the later one ends at most this far after the
    // window.
    tail: HIDDEN_STRIDE + HIDDEN_CENTRE,
    async encode(samples, frames) {
      const answer = await session.run({ input_values: new ort.Tensor('float32', samples, [1, samples.length]) }, [
        LAYER,
      ]);
      return resampleHidden(answer[LAYER]!.data as Float32Array, CHANNELS, frames);
    },
  };
}

/**
 * Linear interpolation from hidden frames, centred on sample 384 i after the lead, to frames centred on (t + ½)·320.
 */
export function resampleHidden(hidden: Float32Array, channels: number, frames: number): Float32Array {
  const last = hidden.length / channels - 1;
  const out = new Float32Array(frames * channels);
  for (let t = 0; t < frames; t++) {
    const position = Math.min(last, ((t + 0.5) * FRAME_SAMPLES) / HIDDEN_STRIDE);
    const before = Math.floor(position);
    const after = Math.min(last, before + 1);
    const share = position - before;
    for (let c = 0; c < channels; c++) {
      out[t * channels + c] = (1 - share) * hidden[before * channels + c]! + share * hidden[after * channels + c]!;
    }
  }
  return out;
}

/**
 * Adds an inner tensor to the outputs of an ONNX model. Protocol buffers merge a repeated embedded message into the
 * previous one, so `graph { output { name } }` (fields 7, 12, 1) at the end of the file adds an output.
 */
export function exposeTensor(model: Uint8Array, name: string): Uint8Array {
  const message = (field: number, content: Uint8Array): Uint8Array =>
    Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
  return Buffer.concat([model, message(7, message(12, message(1, Buffer.from(name))))]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128);
  return Uint8Array.from([...bytes, value]);
}
