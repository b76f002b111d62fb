// Every way the product can fail, held once: a code, how it is answered (exit code, HTTP status, retry) and what it
// means. Not here: the messages themselves. They are written where the facts are known.

export interface ErrorClass {
  /**
   * Exit code of the command line. 2 usage, 3 unfit input, 4 missing resource, 5 failed quality, 6 busy, 70 internal,
   * 130 interrupted.
   */
  readonly exitCode: number;
  /** Status of an HTTP answer. */
  readonly httpStatus: number;
  /** True when the same call may succeed later without any change. */
  readonly retryable: boolean;
  /**
   * Attempts a service makes before the stage is parked; 1 where `retryable` is false. Waits between them double from
   * seconds to minutes.
   */
  readonly attempts: number;
  readonly meaning: string;
}

const unfit = (meaning: string): ErrorClass => ({
  exitCode: 3,
  httpStatus: 422,
  retryable: false,
  attempts: 1,
  meaning,
});

export const ERROR_TABLE = {
  INVALID_ARGUMENT: {
    exitCode: 2,
    httpStatus: 400,
    retryable: false,
    attempts: 1,
    meaning: 'A parameter is unknown, malformed or out of range.',
  },
  NOT_FOUND: {
    exitCode: 4,
    httpStatus: 404,
    retryable: false,
    attempts: 1,
    meaning: 'A file, person, run or artifact does not exist.',
  },
  CONSENT_MISSING: {
    exitCode: 2,
    httpStatus: 403,
    retryable: false,
    attempts: 1,
    meaning: 'Training needs a consent record and none was given.',
  },
  INPUT_UNREADABLE: unfit('The input is not media that ffmpeg can read, or it is empty or truncated.'),
  INPUT_NO_VIDEO: unfit('The input has no picture stream.'),
  INPUT_NO_AUDIO: unfit('The input has no sound stream, or the sound is silent.'),
  INPUT_TOO_SHORT: unfit('The input is shorter than training or rendering needs.'),
  INPUT_LOW_QUALITY: unfit('The input fails a grading rule of level error.'),
  FACE_NOT_FOUND: unfit('No face, or no face for too long.'),
  FACE_AMBIGUOUS: unfit('More than one face or person.'),
  TRACKING_FAILED: unfit('The head pose could not be tracked well enough.'),
  INCOMPATIBLE: unfit('Two artifacts do not belong together, for example another audio extractor.'),
  CHECKPOINT_INVALID: unfit('A checkpoint is truncated, of another version, or holds numbers that are not finite.'),
  TRAINING_FAILED: {
    exitCode: 5,
    httpStatus: 422,
    retryable: false,
    attempts: 1,
    meaning: 'Training ran but the portrait is not usable.',
  },
  ARTIFACT_CORRUPT: {
    exitCode: 4,
    httpStatus: 500,
    retryable: false,
    attempts: 1,
    meaning: 'Stored bytes do not match their digest.',
  },
  MODEL_UNAVAILABLE: {
    exitCode: 4,
    httpStatus: 503,
    retryable: true,
    attempts: 3,
    meaning: 'A pre-trained model or sample could not be had from any source, or its hash is wrong.',
  },
  DEPENDENCY_MISSING: {
    exitCode: 4,
    httpStatus: 503,
    retryable: false,
    attempts: 1,
    meaning: 'A program or native library the product needs is not installed.',
  },
  TOOL_KILLED: {
    exitCode: 4,
    httpStatus: 503,
    retryable: true,
    attempts: 3,
    meaning: 'A helper program was ended from outside, for example for lack of memory.',
  },
  NOT_SUPPORTED: {
    exitCode: 4,
    httpStatus: 501,
    retryable: false,
    attempts: 1,
    meaning: 'This machine or build cannot do what was asked.',
  },
  STORE_BUSY: {
    exitCode: 6,
    httpStatus: 409,
    retryable: true,
    attempts: 20,
    meaning: 'Another run holds the same work on the same store.',
  },
  STORE_UNWRITABLE: {
    exitCode: 4,
    httpStatus: 507,
    retryable: true,
    attempts: 4,
    meaning: 'The store or output cannot be written: permission, read-only, or no space left.',
  },
  STORE_UNREACHABLE: {
    exitCode: 4,
    httpStatus: 503,
    retryable: true,
    attempts: 20,
    meaning: 'The artifact store does not answer.',
  },
  CONFLICT: {
    exitCode: 2,
    httpStatus: 409,
    retryable: false,
    attempts: 1,
    meaning: 'The thing is not in a state that allows this, or the same key was used for something else.',
  },
  UNAUTHENTICATED: {
    exitCode: 2,
    httpStatus: 401,
    retryable: false,
    attempts: 1,
    meaning: 'No key, or one that is unknown or revoked.',
  },
  FORBIDDEN: {
    exitCode: 2,
    httpStatus: 403,
    retryable: false,
    attempts: 1,
    meaning: 'The key is valid and does not allow this.',
  },
  RATE_LIMITED: {
    exitCode: 6,
    httpStatus: 429,
    retryable: true,
    attempts: 5,
    meaning: 'Too many requests; the answer says when to come again.',
  },
  SERVER_UNREACHABLE: {
    exitCode: 4,
    httpStatus: 503,
    retryable: true,
    attempts: 20,
    meaning: 'A server the product needs (Temporal, the API, a database) does not answer.',
  },
  WORKER_LOST: {
    exitCode: 6,
    httpStatus: 503,
    retryable: true,
    attempts: 20,
    meaning: 'The worker that had the job ended or was drained; another takes it over from the checkpoint.',
  },
  CANCELLED: {
    exitCode: 130,
    httpStatus: 499,
    retryable: false,
    attempts: 1,
    meaning: 'The caller asked to stop. What was done is kept.',
  },
  INTERNAL: { exitCode: 70, httpStatus: 500, retryable: false, attempts: 1, meaning: 'A fault of the product itself.' },
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export interface ErrorDetails {
  /** What to do next, one sentence. */
  hint?: string;
  cause?: unknown;
  /** Where it happened: stage, file, frame (0-based), second. */
  at?: { stage?: string; file?: string; frame?: number; second?: number };
}

/** The only error type that crosses a package border. */
export class PortraitError extends Error {
  override readonly name = 'PortraitError';
  readonly hint: string | undefined;
  readonly at: ErrorDetails['at'];
  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.hint = details.hint;
    this.at = details.at;
  }

  get class(): ErrorClass {
    return ERROR_TABLE[this.code];
  }

  toJSON(): Record<string, unknown> {
    return { code: this.code, message: this.message, hint: this.hint, at: this.at };
  }
}

/**
 * Turns anything thrown into a PortraitError: abort → CANCELLED, full disk or permission → STORE_UNWRITABLE, the rest →
 * INTERNAL.
 */
export function toPortraitError(error: unknown): PortraitError {
  if (error instanceof PortraitError) return error;
  if (error instanceof Error) {
    const sys = (error as { code?: unknown }).code;
    if (error.name === 'AbortError' || sys === 'ABORT_ERR')
      return new PortraitError('CANCELLED', 'Stopped on request.', { cause: error });
    if (sys === 'ENOSPC' || sys === 'EDQUOT')
      return new PortraitError('STORE_UNWRITABLE', `No space left: ${error.message}`, {
        cause: error,
        hint: 'Free some space and run the same command again; finished stages are kept.',
      });
    if (sys === 'EACCES' || sys === 'EROFS' || sys === 'EPERM')
      return new PortraitError('STORE_UNWRITABLE', `Not permitted: ${error.message}`, {
        cause: error,
        hint: 'Choose a folder this user may write.',
      });
    return new PortraitError('INTERNAL', error.message, {
      cause: error,
      hint: 'This is a fault of the product; please report it with the log.',
    });
  }
  return new PortraitError('INTERNAL', String(error));
}
