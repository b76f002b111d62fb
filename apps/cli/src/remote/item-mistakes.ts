// What is wrong with the items of a batch, told together and each with its place.
import { PortraitError, type ErrorCode } from '@portrait/contracts';

const MAX_LISTED = 20;

export class ItemMistakes {
  readonly #told: string[] = [];
  #code: ErrorCode | undefined;

  add(where: string, what: string, code: ErrorCode = 'INVALID_ARGUMENT'): void {
    this.#told.push(`  ${where}: ${what}`);
    this.#code ??= code;
  }

  throwIfAny(file: string): void {
    if (this.#code === undefined) return;
    const more = this.#told.length > MAX_LISTED ? `\n  and ${this.#told.length - MAX_LISTED} more` : '';
    throw new PortraitError(
      this.#code,
      `${file} cannot be used as it is:\n${this.#told.slice(0, MAX_LISTED).join('\n')}${more}`,
      { hint: 'Nothing of the batch was begun; docs/api.md shows items that can be copied.' },
    );
  }
}
