// Collects the mistakes in the items of a batch into one error, each with its place.
import { PortraitError, type ErrorCode } from '@portrait/contracts';

const MAX_LISTED = 20;

export class ItemMistakes {
  readonly #lines: string[] = [];
  #code: ErrorCode | undefined;

  add(where: string, what: string, code: ErrorCode = 'INVALID_ARGUMENT'): void {
    this.#lines.push(`  ${where}: ${what}`);
    this.#code ??= code;
  }

  throwIfAny(file: string): void {
    if (this.#code === undefined) return;
    const more = this.#lines.length > MAX_LISTED ? `\n  and ${this.#lines.length - MAX_LISTED} more` : '';
    throw new PortraitError(
      this.#code,
      `${file} has mistakes:\n${this.#lines.slice(0, MAX_LISTED).join('\n')}${more}`,
      { hint: 'Correct the items, see docs/api.md for examples. The batch was not started.' },
    );
  }
}
