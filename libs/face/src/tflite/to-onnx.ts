// TFLite → ONNX: ONNX runtime runs MediaPipe's segmentation three times as fast as MediaPipe's web build. Covers the
// operators of that model, float32 only. Tensors keep TFLite's layout (NHWC); operators that ONNX defines on NCHW are
// wrapped in transposes, most of which the runtime's optimiser removes.
import { OnnxWriter } from './onnx-writer.js';
import { readTflite, type TfliteModel, type TfliteOperator } from './read-model.js';

const SAME = 0;
const RELU = 1;
const RELU6 = 3;

type Convert = (scope: Conversion, op: TfliteOperator) => string;

/** The model, the file being written, and the names of the tensors written so far. */
class Conversion {
  readonly out = new OnnxWriter();
  readonly #names = new Map<number, string>();

  constructor(readonly model: TfliteModel) {}

  setName(tensor: number, name: string): void {
    this.#names.set(tensor, name);
  }

  /** ONNX name of a tensor; constants are written on first use. */
  name(tensor: number): string {
    let name = this.#names.get(tensor);
    if (name === undefined) {
      const { constant, shape } = this.model.tensors[tensor]!;
      if (!(constant instanceof Float32Array)) throw new Error(`tensor ${tensor} is used before it is made`);
      name = this.out.floats(constant, shape);
      this.#names.set(tensor, name);
    }
    return name;
  }

  shape(tensor: number): number[] {
    return this.model.tensors[tensor]!.shape;
  }

  weights(tensor: number): Float32Array {
    const { constant } = this.model.tensors[tensor]!;
    if (!(constant instanceof Float32Array)) throw new Error(`tensor ${tensor} is not a constant`);
    return constant;
  }

  integers(tensor: number): number[] {
    return [...this.model.tensors[tensor]!.constant!];
  }

  toNchw(value: string): string {
    return this.out.node('Transpose', [value], { perm: [0, 3, 1, 2] });
  }

  toNhwc(value: string): string {
    return this.out.node('Transpose', [value], { perm: [0, 2, 3, 1] });
  }

  activate(value: string, activation: number): string {
    if (activation === 0) return value;
    if (activation === RELU) return this.out.node('Relu', [value]);
    if (activation === RELU6)
      return this.out.node('Clip', [
        value,
        this.out.floats(Float32Array.of(0), []),
        this.out.floats(Float32Array.of(6), []),
      ]);
    throw new Error(`activation ${activation} is not supported`);
  }
}

/** Reorders a four-dimensional array; `order[i]` is the source axis of target axis i. */
function permute(
  source: Float32Array,
  shape: readonly number[],
  order: readonly [number, number, number, number],
): Float32Array {
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const [n0, n1, n2, n3] = order.map((axis) => shape[axis]!) as [number, number, number, number];
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const target = new Float32Array(source.length);
  let at = 0;
  for (let a = 0; a < n0; a++)
    for (let b = 0; b < n1; b++)
      for (let c = 0; c < n2; c++)
        for (let d = 0; d < n3; d++) target[at++] = source[a * s0 + b * s1 + c * s2 + d * s3]!;
  return target;
}

/** TensorFlow's SAME padding: [before, after] of one axis. */
function samePadding(size: number, kernel: number, stride: number, dilation: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0);
  return [total >> 1, total - (total >> 1)];
}

const convolution =
  (depthwise: boolean): Convert =>
  (scope, op) => {
    const [input, kernel, bias] = op.inputs as [number, number, number?];
    const [, height, width, channels] = scope.shape(input) as [number, number, number, number];
    const kernelShape = scope.shape(kernel);
    const [, kh, kw] = kernelShape as [number, number, number];
    const [strideW, strideH] = [op.option(1, 1), op.option(2, 1)];
    const shift = depthwise ? 1 : 0; // depth multiplier comes before the activation
    const [dilationW, dilationH] = [op.option(4 + shift, 1), op.option(5 + shift, 1)];
    const same = op.flag(0) === SAME;
    const [top, bottom] = same ? samePadding(height, kh, strideH, dilationH) : [0, 0];
    const [left, right] = same ? samePadding(width, kw, strideW, dilationW) : [0, 0];
    // OHWI → OIHW, depthwise 1HWO → O1HW
    const weights = permute(scope.weights(kernel), kernelShape, depthwise ? [3, 0, 1, 2] : [0, 3, 1, 2]);
    const outputs = depthwise ? kernelShape[3]! : kernelShape[0]!;
    const inputs = [
      scope.toNchw(scope.name(input)),
      scope.out.floats(weights, [outputs, depthwise ? 1 : kernelShape[3]!, kh, kw]),
    ];
    if (bias !== undefined && bias >= 0) inputs.push(scope.name(bias));
    const result = scope.out.node('Conv', inputs, {
      kernel_shape: [kh, kw],
      strides: [strideH, strideW],
      dilations: [dilationH, dilationW],
      group: depthwise ? channels : 1,
      pads: [top, left, bottom, right],
    });
    return scope.activate(scope.toNhwc(result), op.flag(3 + shift));
  };

const transposedConvolution: Convert = (scope, op) => {
  const [, kernel, input, bias] = op.inputs as [number, number, number, number?];
  const [outputs, kh, kw, channels] = scope.shape(kernel) as [number, number, number, number];
  const [, inH, inW] = scope.shape(input) as [number, number, number];
  const [, outH, outW] = scope.shape(op.outputs[0]!) as [number, number, number];
  const [strideW, strideH] = [op.option(1, 1), op.option(2, 1)];
  const axis = (
    size: number,
    stride: number,
    k: number,
    wanted: number,
  ): { before: number; after: number; extra: number } => {
    const surplus = stride * (size - 1) + k - wanted;
    return surplus >= 0
      ? { before: surplus >> 1, after: surplus - (surplus >> 1), extra: 0 }
      : { before: 0, after: 0, extra: -surplus };
  };
  const [v, h] = [axis(inH, strideH, kh, outH), axis(inW, strideW, kw, outW)];
  const weights = permute(scope.weights(kernel), [outputs, kh, kw, channels], [3, 0, 1, 2]); // OHWI → IOHW
  const inputs = [scope.toNchw(scope.name(input)), scope.out.floats(weights, [channels, outputs, kh, kw])];
  if (bias !== undefined && bias >= 0) inputs.push(scope.name(bias));
  const result = scope.out.node('ConvTranspose', inputs, {
    kernel_shape: [kh, kw],
    strides: [strideH, strideW],
    pads: [v.before, h.before, v.after, h.after],
    output_padding: [v.extra, h.extra],
  });
  return scope.activate(scope.toNhwc(result), op.flag(3));
};

const resize =
  (linear: boolean): Convert =>
  (scope, op) => {
    const [, height, width, channels] = scope.shape(op.outputs[0]!) as [number, number, number, number];
    const [alignCorners, halfPixel] = linear ? [op.flag(2), op.flag(3)] : [op.flag(0), op.flag(1)];
    const coordinates = alignCorners ? 'align_corners' : halfPixel ? 'half_pixel' : 'asymmetric';
    const attributes = linear
      ? { mode: 'linear', coordinate_transformation_mode: coordinates }
      : {
          mode: 'nearest',
          coordinate_transformation_mode: coordinates,
          nearest_mode: halfPixel ? 'round_prefer_ceil' : 'floor',
        };
    return scope.toNhwc(
      scope.out.node(
        'Resize',
        [scope.toNchw(scope.name(op.inputs[0]!)), '', '', scope.out.ints([1, channels, height, width])],
        attributes,
      ),
    );
  };

const binary =
  (operator: 'Add' | 'Mul'): Convert =>
  (scope, op) =>
    scope.activate(scope.out.node(operator, [scope.name(op.inputs[0]!), scope.name(op.inputs[1]!)]), op.flag(0));

const CONVERSIONS: Readonly<Record<string, Convert>> = {
  ADD: binary('Add'),
  MUL: binary('Mul'),
  CONV_2D: convolution(false),
  DEPTHWISE_CONV_2D: convolution(true),
  TRANSPOSE_CONV: transposedConvolution,
  RESIZE_BILINEAR: resize(true),
  RESIZE_NEAREST_NEIGHBOR: resize(false),
  RESHAPE: (scope, op) =>
    scope.out.node('Reshape', [scope.name(op.inputs[0]!), scope.out.ints(scope.shape(op.outputs[0]!))]),
  TRANSPOSE: (scope, op) =>
    scope.out.node('Transpose', [scope.name(op.inputs[0]!)], { perm: scope.integers(op.inputs[1]!) }),
  SOFTMAX: (scope, op) => scope.out.node('Softmax', [scope.name(op.inputs[0]!)], { axis: -1 }),
  SUM: (scope, op) =>
    scope.out.node('ReduceSum', [scope.name(op.inputs[0]!), scope.out.ints(scope.integers(op.inputs[1]!))], {
      keepdims: op.flag(0),
    }),
};

/**
 * ONNX file with inputs `input0`… and outputs `output0`…, float32, shapes and layout as in the TFLite file.
 * @throws Error for an unknown operator
 */
export function tfliteToOnnx(bytes: Uint8Array): Buffer {
  const scope = new Conversion(readTflite(bytes));
  const { model, out } = scope;
  model.inputs.forEach((tensor, i) => {
    scope.setName(tensor, `input${i}`);
    out.input(`input${i}`, scope.shape(tensor));
  });
  for (const op of model.operators) {
    const convert = CONVERSIONS[op.name];
    if (!convert) throw new Error(`TFLite operator ${op.name} is not supported`);
    scope.setName(op.outputs[0]!, convert(scope, op));
  }
  model.outputs.forEach((tensor, i) => {
    out.node('Identity', [scope.name(tensor)], {}, `output${i}`);
    out.output(`output${i}`, scope.shape(tensor));
  });
  return out.encode();
}
