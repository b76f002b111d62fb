// Mistakes found in the items of a batch, each with its place, told together in one error.
import { PortraitError, type ErrorCode } from '@portrait/contracts';

/** Named in the message; the others are counted. */
const SHOWN = 20;

export class RowMistakes {
  readonly #shown: string[] = [];
  readonly #codes = new Set<ErrorCode>();
  #count = 0;

  add(where: string, what: string, code: ErrorCode = 'INVALID_ARGUMENT'): void {
    this.#count++;
    this.#codes.add(code);
    if (this.#shown.length < SHOWN) this.#shown.push(`${where}: ${what}`);
  }

  get any(): boolean {
    return this.#count > 0;
  }

  /** With the code they share. @throws PortraitError */
  throwIfAny(hint = 'Nothing was begun. Correct these and send the batch again.'): void {
    if (this.#count === 0) return;
    const [code = 'INVALID_ARGUMENT', ...others] = this.#codes;
    const more = this.#count > SHOWN ? [`and ${this.#count - SHOWN} more`] : [];
    const message =
      this.#count === 1
        ? `${this.#shown[0]}.`
        : `${this.#count} things in the batch cannot be used:\n${[...this.#shown, ...more].map((line) => `  ${line}`).join('\n')}`;
    throw new PortraitError(others.length === 0 ? code : 'INVALID_ARGUMENT', message, { hint });
  }
}
