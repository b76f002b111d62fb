// Reads tables of a FlatBuffer by field number, as far as a TFLite file needs. Checks only the bounds of the buffer.

/** Position of a field's value in the buffer; null for a field with its default. */
type Field = number | null;

export class FlatBuffer {
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  root(): number {
    return this.#view.getUint32(0, true);
  }

  field(table: number, number: number): Field {
    const vtable = table - this.#view.getInt32(table, true);
    const slot = 4 + 2 * number;
    if (slot >= this.#view.getUint16(vtable, true)) return null;
    const offset = this.#view.getUint16(vtable + slot, true);
    return offset === 0 ? null : table + offset;
  }

  table(table: number, number: number): number | null {
    const at = this.field(table, number);
    return at === null ? null : this.#follow(at);
  }

  tables(table: number, number: number): number[] {
    const { start, length } = this.#vector(table, number);
    return Array.from({ length }, (_, i) => this.#follow(start + 4 * i));
  }

  int32s(table: number, number: number): number[] {
    const { start, length } = this.#vector(table, number);
    return Array.from({ length }, (_, i) => this.#view.getInt32(start + 4 * i, true));
  }

  /** Bytes of a vector; a view. */
  data(table: number, number: number): Uint8Array {
    const { start, length } = this.#vector(table, number);
    return this.bytes.subarray(start, start + length);
  }

  int8(table: number, number: number, fallback = 0): number {
    const at = this.field(table, number);
    return at === null ? fallback : this.#view.getInt8(at);
  }

  int32(table: number, number: number, fallback = 0): number {
    const at = this.field(table, number);
    return at === null ? fallback : this.#view.getInt32(at, true);
  }

  #follow(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  #vector(table: number, number: number): { start: number; length: number } {
    const at = this.field(table, number);
    if (at === null) return { start: 0, length: 0 };
    const vector = this.#follow(at);
    return { start: vector + 4, length: this.#view.getUint32(vector, true) };
  }
}
