// erasePerson: stops running work, then removes artifacts, histories and rows, in an order in which every step can be
// repeated. Its input is only the id of the erasure, so that its own history contains no personal data.
import { sleep } from '@temporalio/workflow';
import type { ErasePersonInput } from '@portrait/contracts/work';
import { bookkeeping } from './event-publisher.js';

const POLL_INTERVAL = '2 seconds';

export async function erasePerson(input: ErasePersonInput): Promise<void> {
  while ((await bookkeeping.stopWork(input)).left > 0) await sleep(POLL_INTERVAL);
  await bookkeeping.eraseArtifacts(input);
  await bookkeeping.eraseHistories(input);
  await bookkeeping.eraseRows(input);
}
