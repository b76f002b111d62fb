// Converts a failure of the API into a PortraitError.
import { PortraitError } from '@portrait/contracts';
import type { Failure } from './api-types.js';

/** @param next advice for the command line, appended to the hint of the failure */
export function errorFromFailure({ code, message, hint, at }: Failure, next?: string): PortraitError {
  const words = [hint, next].filter((text) => text !== null && text !== undefined).join(' ');
  const { stage, frame, second } = at ?? {};
  const place = {
    ...(stage === undefined ? {} : { stage }),
    ...(frame === undefined ? {} : { frame }),
    ...(second === undefined ? {} : { second }),
  };
  return new PortraitError(code, message, {
    ...(words === '' ? {} : { hint: words }),
    ...(Object.keys(place).length === 0 ? {} : { at: place }),
  });
}
