// The small jobs workflows ask for, as plain functions over database, store and engine; a worker of the bookkeeping queue serves them.
import type { BookkeepingActivities } from '@portrait/contracts';
import { eraseArtifacts, eraseHistories, eraseRows, stopWork, type EraseTools } from './erase.js';
import { publishPortrait, publishVideo } from './publish.js';
import { tell } from './tell.js';

export type PeopleBookkeeping = Pick<BookkeepingActivities, 'publishPortrait' | 'publishVideo' | 'tell' | 'stopWork' | 'eraseArtifacts' | 'eraseHistories' | 'eraseRows'>;

/** @param told called after each event, so that those who watch hear of it at once */
export function peopleBookkeeping(tools: EraseTools, told: () => void = () => undefined): PeopleBookkeeping {
  const { database, store } = tools;
  return {
    publishPortrait: (input) => publishPortrait(store, input),
    publishVideo: (input) => publishVideo(database, input),
    tell: async (event) => {
      await tell(database, store, event);
      told();
    },
    stopWork: (input) => stopWork(tools, input),
    eraseArtifacts: (input) => eraseArtifacts(tools, input),
    eraseHistories: (input) => eraseHistories(tools, input),
    eraseRows: async (input) => {
      await eraseRows(tools, input);
      told();
    },
  };
}
