import { describe, expect, it } from '@jest/globals';
import { PortraitError, type Logger } from '@portrait/contracts';
import { retryUntilAvailable, pendingDependencies } from './retry.js';

const unreachable = new PortraitError('STORE_UNREACHABLE', 'The store does not answer.', { hint: 'Start it.' });

function logOf(): { log: Logger; said: string[] } {
  const said: string[] = [];
  const say = (message: string, fields?: object): void => void said.push(`${message} ${JSON.stringify(fields ?? {})}`);
  return { log: { debug: say, info: say, warn: say }, said };
}

describe('retryUntilAvailable', () => {
  it('retries, logs reason and hint, and reports the dependency as pending only while it waits', async () => {
    const { log, said } = logOf();
    const seen: (string | null)[] = [];
    let left = 2;
    const result = await retryUntilAvailable('the store', log, new AbortController().signal, () => {
      seen.push(pendingDependencies());
      return left-- > 0 ? Promise.reject(unreachable) : Promise.resolve('open');
    });
    expect([result, pendingDependencies()]).toEqual(['open', null]);
    expect(seen).toEqual([
      null,
      'waiting for the store: The store does not answer.',
      'waiting for the store: The store does not answer.',
    ]);
    expect(said).toEqual([
      'Waiting for the store {"error":"The store does not answer.","hint":"Start it.","againInMs":250}',
      'Waiting for the store {"error":"The store does not answer.","hint":"Start it.","againInMs":500}',
      'No longer waiting for the store {}',
    ]);
  });

  it('retries missing permissions and buckets, which an operator may fix meanwhile', async () => {
    const stop = new AbortController();
    const denied = new PortraitError(
      'STORE_UNWRITABLE',
      'The store does not permit these credentials to list people/.',
    );
    const waiting = retryUntilAvailable('the store', logOf().log, stop.signal, () => Promise.reject(denied));
    while (pendingDependencies() === null) await new Promise((settle) => setTimeout(settle, 1));
    expect(pendingDependencies()).toBe(
      'waiting for the store: The store does not permit these credentials to list people/.',
    );
    stop.abort();
    await expect(waiting).rejects.toBe(denied);
    expect(pendingDependencies()).toBeNull();
  });

  it('does not retry a permanent failure', async () => {
    const { log, said } = logOf();
    const wrong = new PortraitError('NOT_FOUND', 'There is no such namespace.');
    await expect(
      retryUntilAvailable('Temporal', log, new AbortController().signal, () => Promise.reject(wrong)),
    ).rejects.toBe(wrong);
    expect([said, pendingDependencies()]).toEqual([[], null]);
  });
});
