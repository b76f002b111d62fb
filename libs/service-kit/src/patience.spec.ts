import { describe, expect, it } from '@jest/globals';
import { PortraitError, type Logger } from '@portrait/contracts';
import { patiently, whatIsWaitedFor } from './patience.js';

const away = new PortraitError('STORE_UNREACHABLE', 'The store does not answer.', { hint: 'Start it.' });

function logOf(): { log: Logger; said: string[] } {
  const said: string[] = [];
  const say = (message: string, fields?: object): void => void said.push(`${message} ${JSON.stringify(fields ?? {})}`);
  return { log: { debug: say, info: say, warn: say }, said };
}

describe('patience', () => {
  it('tries again, says why and what to do, and tells what is waited for only as long as it is', async () => {
    const { log, said } = logOf();
    const seen: (string | null)[] = [];
    let left = 2;
    const result = await patiently('the store', log, new AbortController().signal, () => {
      seen.push(whatIsWaitedFor());
      return left-- > 0 ? Promise.reject(away) : Promise.resolve('open');
    });
    expect([result, whatIsWaitedFor()]).toEqual(['open', null]);
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

  it('waits for keys and buckets too, which others set right', async () => {
    const stop = new AbortController();
    const denied = new PortraitError(
      'STORE_UNWRITABLE',
      'The store does not permit these credentials to list people/.',
    );
    const waiting = patiently('the store', logOf().log, stop.signal, () => Promise.reject(denied));
    while (whatIsWaitedFor() === null) await new Promise((settle) => setTimeout(settle, 1));
    expect(whatIsWaitedFor()).toBe(
      'waiting for the store: The store does not permit these credentials to list people/.',
    );
    stop.abort();
    await expect(waiting).rejects.toBe(denied);
    expect(whatIsWaitedFor()).toBeNull();
  });

  it('has none with what waiting does not change', async () => {
    const { log, said } = logOf();
    const wrong = new PortraitError('NOT_FOUND', 'There is no such namespace.');
    await expect(patiently('Temporal', log, new AbortController().signal, () => Promise.reject(wrong))).rejects.toBe(
      wrong,
    );
    expect([said, whatIsWaitedFor()]).toEqual([[], null]);
  });
});
