// A TFLite file as tensors and operators. Field numbers are those of TensorFlow's schema.fbs (version 3).
import { FlatBuffer } from './flatbuffer.js';

interface TfliteTensor {
  name: string;
  /** Unknown sizes are 1. */
  shape: number[];
  /** Contents of a constant, else null. */
  constant: Float32Array | Int32Array | null;
}

export interface TfliteOperator {
  /** Name of the operator in the schema, or `CODE <n>` for an unknown one. */
  name: string;
  inputs: number[];
  outputs: number[];
  /** Option of the operator by field number; `fallback` where the file omits it. */
  option(field: number, fallback?: number): number;
  /** Option stored in one byte: padding, activation, flags. */
  flag(field: number): number;
}

export interface TfliteModel {
  tensors: TfliteTensor[];
  operators: TfliteOperator[];
  inputs: number[];
  outputs: number[];
}

const OPERATOR_NAMES: Readonly<Record<number, string>> = {
  0: 'ADD',
  3: 'CONV_2D',
  4: 'DEPTHWISE_CONV_2D',
  18: 'MUL',
  22: 'RESHAPE',
  23: 'RESIZE_BILINEAR',
  25: 'SOFTMAX',
  39: 'TRANSPOSE',
  67: 'TRANSPOSE_CONV',
  74: 'SUM',
  97: 'RESIZE_NEAREST_NEIGHBOR',
};
const FLOAT32 = 0;
const INT32 = 2;

const MODEL = { operatorCodes: 1, subgraphs: 2, buffers: 4 } as const;
const OPERATOR_CODE = { byteCode: 0, code: 3 } as const;
const SUBGRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const;
const TENSOR = { shape: 0, type: 1, buffer: 2, name: 3 } as const;
const OPERATOR = { code: 0, inputs: 1, outputs: 2, options: 4 } as const;

export function readTflite(bytes: Uint8Array): TfliteModel {
  const file = new FlatBuffer(bytes);
  const model = file.root();
  const codes = file
    .tables(model, MODEL.operatorCodes)
    .map((t) => Math.max(file.int8(t, OPERATOR_CODE.byteCode), file.int32(t, OPERATOR_CODE.code)));
  const buffers = file.tables(model, MODEL.buffers).map((t) => file.data(t, 0));
  const subgraph = file.tables(model, MODEL.subgraphs)[0];
  if (subgraph === undefined) throw new Error('the TFLite file has no graph');

  const tensors = file.tables(subgraph, SUBGRAPH.tensors).map((t): TfliteTensor => ({
    name: Buffer.from(file.data(t, TENSOR.name)).toString(),
    shape: file.int32s(t, TENSOR.shape).map((size) => Math.max(size, 1)),
    constant: constantOf(buffers[file.int32(t, TENSOR.buffer)]!, file.int8(t, TENSOR.type)),
  }));
  const operators = file.tables(subgraph, SUBGRAPH.operators).map((t): TfliteOperator => {
    const code = codes[file.int32(t, OPERATOR.code)]!;
    const options = file.table(t, OPERATOR.options);
    return {
      name: OPERATOR_NAMES[code] ?? `CODE ${code}`,
      inputs: file.int32s(t, OPERATOR.inputs),
      outputs: file.int32s(t, OPERATOR.outputs),
      option: (field, fallback = 0) => (options === null ? fallback : file.int32(options, field, fallback)),
      flag: (field) => (options === null ? 0 : file.int8(options, field)),
    };
  });
  return {
    tensors,
    operators,
    inputs: file.int32s(subgraph, SUBGRAPH.inputs),
    outputs: file.int32s(subgraph, SUBGRAPH.outputs),
  };
}

function constantOf(data: Uint8Array, type: number): Float32Array | Int32Array | null {
  if (data.length === 0) return null;
  const copy = new Uint8Array(data).buffer; // a copy is aligned; slice() of a Buffer does not copy
  if (type === FLOAT32) return new Float32Array(copy);
  if (type === INT32) return new Int32Array(copy);
  throw new Error(`constants of TFLite type ${type} are not supported`);
}
