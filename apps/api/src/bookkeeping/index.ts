// The small jobs workflows ask for, as plain functions over database, store and engine; a worker of the bookkeeping queue serves them.
import {
  PortraitError,
  toPortraitError,
  type BookkeepingActivities,
  type ErasePersonInput,
  type Logger,
} from '@portrait/contracts';
import { eraseArtifacts, eraseHistories, eraseRows, stopWork, type EraseTools } from './erase.js';
import { publishPortrait, publishVideo } from './publish.js';
import { tell } from './tell.js';

export type PeopleBookkeeping = Pick<
  BookkeepingActivities,
  'publishPortrait' | 'publishVideo' | 'tell' | 'stopWork' | 'eraseArtifacts' | 'eraseHistories' | 'eraseRows'
>;

/** @param told called after each event, so that those who watch hear of it at once */
export function peopleBookkeeping(
  tools: EraseTools & { log: Logger },
  told: () => void = () => undefined,
): PeopleBookkeeping {
  const { database, store, log } = tools;
  return {
    publishPortrait: (input) => publishPortrait(store, input),
    publishVideo: (input) => publishVideo(database, input),
    tell: async (event) => {
      await tell(database, store, event);
      told();
    },
    stopWork: (input) => unnamed(log, input, () => stopWork(tools, input)),
    eraseArtifacts: (input) => unnamed(log, input, () => eraseArtifacts(tools, input)),
    eraseHistories: (input) => unnamed(log, input, () => eraseHistories(tools, input)),
    eraseRows: (input) =>
      unnamed(log, input, async () => {
        await eraseRows(tools, input);
        told();
      }),
  };
}

/** A failure goes into the history of the erasure, which must not name who is erased; what it said goes into the log. */
async function unnamed<T>(log: Logger, { erasure }: ErasePersonInput, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const { code, message } = toPortraitError(error);
    log.warn('A step of an erasure failed', { erasure, code, error: message });
    // What is meant to be repeated is never given up for a fault nobody foresaw.
    throw new PortraitError(
      code === 'INTERNAL' ? 'SERVER_UNREACHABLE' : code,
      'A step of the erasure failed; the log of the API tells why.',
    );
  }
}
