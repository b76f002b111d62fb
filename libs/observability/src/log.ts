// A Logger that writes one JSON object per line to a local file or stream.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '@portrait/contracts';
import { pino, type DestinationStream } from 'pino';

export interface LogOptions {
  /** Minimum level. */
  level: 'debug' | 'info' | 'warn' | 'silent';
  /** File (its folder is created) or stream. */
  destination: string | DestinationStream;
  /** Fields of every line, for example the person. */
  fields?: Record<string, unknown>;
}

export function createLogger({ level, destination, fields = {} }: LogOptions): Logger {
  let stream: DestinationStream;
  if (typeof destination === 'string') {
    mkdirSync(dirname(destination), { recursive: true });
    stream = pino.destination({ dest: destination, sync: true });
  } else stream = destination;
  const log = pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return {
    debug: (message, extra) => log.debug(extra ?? {}, message),
    info: (message, extra) => log.info(extra ?? {}, message),
    warn: (message, extra) => log.warn(extra ?? {}, message),
  };
}

export const quietLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {} };
