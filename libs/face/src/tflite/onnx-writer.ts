// Builds an ONNX file node by node. Field numbers are those of onnx.proto; opset 14.

type Field = [number: number, value: number | string | Uint8Array | Message];

/** A protobuf message as a list of fields; encoded on demand. */
class Message {
  readonly #fields: Field[] = [];

  add(...field: Field): this {
    this.#fields.push(field);
    return this;
  }

  encode(): Buffer {
    return Buffer.concat(
      this.#fields.flatMap(([number, value]) => {
        if (typeof value === 'number') return [varint(number << 3), varint(value)];
        const bytes =
          value instanceof Message ? value.encode() : typeof value === 'string' ? Buffer.from(value) : value;
        return [varint((number << 3) | 2), varint(bytes.length), bytes];
      }),
    );
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) {
      bytes.push(Number(rest));
      return Buffer.from(bytes);
    }
    bytes.push(Number(rest & 127n) | 128);
  }
}

const IR_VERSION = 8;
const OPSET = 14;
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE = { int: 2, string: 3, ints: 7 } as const;

export type Attribute = number | string | readonly number[];

export class OnnxWriter {
  readonly #graph = new Message().add(2, 'graph');
  #names = 0;

  fresh(): string {
    return `v${this.#names++}`;
  }

  /** A float constant of the given shape; returns its name. */
  floats(data: Float32Array, shape: readonly number[]): string {
    return this.#initializer(FLOAT, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), shape);
  }

  /** A list of 64-bit integers; returns its name. */
  ints(values: readonly number[]): string {
    return this.#initializer(INT64, new Uint8Array(BigInt64Array.from(values, BigInt).buffer), [values.length]);
  }

  #initializer(type: number, raw: Uint8Array, shape: readonly number[]): string {
    const name = this.fresh();
    const tensor = new Message();
    for (const size of shape) tensor.add(1, size);
    this.#graph.add(5, tensor.add(2, type).add(8, name).add(9, raw));
    return name;
  }

  /** Adds a node; an empty input name omits the input. Returns the name of the output. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = this.fresh(),
  ): string {
    const node = new Message();
    for (const input of inputs) node.add(1, input);
    node.add(2, output).add(3, `n${this.#names++}`).add(4, operator);
    for (const [name, value] of Object.entries(attributes)) node.add(5, attributeOf(name, value));
    this.#graph.add(1, node);
    return output;
  }

  input(name: string, shape: readonly number[]): void {
    this.#graph.add(11, valueInfo(name, shape));
  }

  output(name: string, shape: readonly number[]): void {
    this.#graph.add(12, valueInfo(name, shape));
  }

  encode(): Buffer {
    return new Message().add(1, IR_VERSION).add(7, this.#graph).add(8, new Message().add(1, '').add(2, OPSET)).encode();
  }
}

function attributeOf(name: string, value: Attribute): Message {
  const attribute = new Message().add(1, name);
  if (typeof value === 'string') return attribute.add(4, value).add(20, ATTRIBUTE.string);
  if (typeof value === 'number') return attribute.add(3, value).add(20, ATTRIBUTE.int);
  for (const v of value) attribute.add(8, v);
  return attribute.add(20, ATTRIBUTE.ints);
}

function valueInfo(name: string, shape: readonly number[]): Message {
  const dimensions = new Message();
  for (const size of shape) dimensions.add(1, new Message().add(1, size));
  return new Message().add(1, name).add(2, new Message().add(1, new Message().add(1, FLOAT).add(2, dimensions)));
}
