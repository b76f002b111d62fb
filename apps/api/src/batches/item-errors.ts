// Collects the errors of batch items and throws them as one.
import { PortraitError, type ErrorCode } from '@portrait/contracts';

/** Errors shown in the message; the rest is counted. */
const MAX_SHOWN = 20;

export class ItemErrors {
  readonly #shown: string[] = [];
  readonly #codes = new Set<ErrorCode>();
  #count = 0;

  add(where: string, what: string, code: ErrorCode = 'INVALID_ARGUMENT'): void {
    this.#count++;
    this.#codes.add(code);
    if (this.#shown.length < MAX_SHOWN) this.#shown.push(`${where}: ${what}`);
  }

  get any(): boolean {
    return this.#count > 0;
  }

  /** Throws with the code all errors share, or INVALID_ARGUMENT. @throws PortraitError */
  throwIfAny(hint = 'Correct the items and send the batch again; nothing was started.'): void {
    if (this.#count === 0) return;
    const [code = 'INVALID_ARGUMENT', ...others] = this.#codes;
    const more = this.#count > MAX_SHOWN ? [`and ${this.#count - MAX_SHOWN} more`] : [];
    const lines = [...this.#shown, ...more].map((line) => `  ${line}`).join('\n');
    const message = this.#count === 1 ? `${this.#shown[0]}.` : `${this.#count} errors in the batch:\n${lines}`;
    throw new PortraitError(others.length === 0 ? code : 'INVALID_ARGUMENT', message, { hint });
  }
}
