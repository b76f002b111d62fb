// erasePerson: what runs is stopped, then bytes, histories and rows go, in the order in which each step can still be repeated.
// The workflow itself knows only the number of the erasure, so that its own history holds nothing of the person.
import { sleep } from '@temporalio/workflow';
import type { ErasePersonInput } from '@portrait/contracts/work';
import { bookkeeping } from './telling.js';

const POLL = '2 seconds';

export async function erasePerson(input: ErasePersonInput): Promise<void> {
  while ((await bookkeeping.stopWork(input)).left > 0) await sleep(POLL);
  await bookkeeping.eraseArtifacts(input);
  await bookkeeping.eraseHistories(input);
  await bookkeeping.eraseRows(input);
}
