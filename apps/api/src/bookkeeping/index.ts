// The bookkeeping activities of workflows, as plain functions over database, store and engine.
import {
  PortraitError,
  toPortraitError,
  type BookkeepingActivities,
  type ErasePersonInput,
  type Logger,
} from '@portrait/contracts';
import { eraseArtifacts, eraseHistories, eraseRows, stopWork, type EraseTools } from './erase.js';
import { publishPortrait, publishVideo } from './publish.js';
import { publishEvent } from './event-publisher.js';

export type PeopleBookkeeping = Pick<
  BookkeepingActivities,
  'publishPortrait' | 'publishVideo' | 'tell' | 'stopWork' | 'eraseArtifacts' | 'eraseHistories' | 'eraseRows'
>;

/** @param onEvent called after each event, so that streams and webhooks react without waiting for the next poll */
export function peopleBookkeeping(
  tools: EraseTools & { log: Logger },
  onEvent: () => void = () => undefined,
): PeopleBookkeeping {
  const { database, store, log } = tools;
  return {
    publishPortrait: (input) => publishPortrait(store, input),
    publishVideo: (input) => publishVideo(database, input),
    tell: async (event) => {
      await publishEvent(database, store, event);
      onEvent();
    },
    stopWork: (input) => withoutNames(log, input, () => stopWork(tools, input)),
    eraseArtifacts: (input) => withoutNames(log, input, () => eraseArtifacts(tools, input)),
    eraseHistories: (input) => withoutNames(log, input, () => eraseHistories(tools, input)),
    eraseRows: (input) =>
      withoutNames(log, input, async () => {
        await eraseRows(tools, input);
        onEvent();
      }),
  };
}

/** Keeps personal data out of workflow histories: the error details go to the log only. */
async function withoutNames<T>(log: Logger, { erasure }: ErasePersonInput, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const { code, message } = toPortraitError(error);
    log.warn('A step of an erasure failed', { erasure, code, error: message });
    // Erasure steps must be retried even after an unexpected error.
    throw new PortraitError(
      code === 'INTERNAL' ? 'SERVER_UNREACHABLE' : code,
      'A step of the erasure failed; see the log of the API.',
    );
  }
}
