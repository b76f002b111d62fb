// Wraps a logger and adds the same fields to every line.
import type { Logger } from '@portrait/contracts';

export function withFields(log: Logger, fields: Record<string, unknown>): Logger {
  return {
    debug: (message, extra) => log.debug(message, { ...fields, ...extra }),
    info: (message, extra) => log.info(message, { ...fields, ...extra }),
    warn: (message, extra) => log.warn(message, { ...fields, ...extra }),
  };
}
