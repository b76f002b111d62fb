// Test support for commands with --remote: inputs, an invocation against a scripted API, and common scripts.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from '@jest/globals';
import { temporaryDirectory } from '@portrait/testing';
import { invoke, makeInputs, removeMedia, type Invocation } from '../invocation.testing.js';
import { ANNA, person } from './api-responses.testing.js';
import { URL_OF_API, type Script, type ScriptedApi } from './scripted-api.testing.js';

export type RemoteInputs = Awaited<ReturnType<typeof makeInputs>> & { folder: string };

/** Creates a folder with inputs before each test and removes it afterwards. Read the result inside tests only. */
export function useRemoteInputs(): RemoteInputs {
  const current = {} as RemoteInputs;
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    folder = await temporaryDirectory();
    Object.assign(current, await makeInputs(folder.path), { folder: folder.path });
  });
  afterEach(() => folder[Symbol.asyncDispose]());
  afterAll(removeMedia);
  return current;
}

/** Runs a command with --remote against a scripted API. */
export const runRemote = (
  { folder }: RemoteInputs,
  api: ScriptedApi,
  argv: string[],
  more: { signal?: AbortSignal; env?: Record<string, string> } = {},
): Promise<Invocation> =>
  invoke([...argv, '--remote', URL_OF_API], undefined, {
    fetch: api.fetch,
    ...(more.signal ? { signal: more.signal } : {}),
    env: {
      PATH: process.env['PATH'],
      PORTRAIT_API_KEY: 'pk_spec',
      PORTRAIT_CACHE: join(folder, 'cache'),
      ...more.env,
    },
  });

export const trainCommand = ({ video, consent }: RemoteInputs, ...more: string[]): string[] => [
  'train',
  '--video',
  video,
  '--person',
  'anna',
  '--consent',
  consent,
  ...more,
];
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
export const page = (data: object[]) => () => ({ data, nextCursor: null });

/** Routes of an upload in one part. */
export function uploads(): Script {
  const state = { done: false, status: 'open', bytes: 0 };
  const view = (id: string) => ({
    id,
    kind: 'video',
    personId: null,
    status: state.status,
    bytes: state.bytes,
    contentType: 'video/mp4',
    sha256: null,
    partBytes: 2 ** 26,
    parts: [{ number: 1, bytes: state.bytes, done: state.done, url: state.done ? null : `${URL_OF_API}/store/1` }],
  });
  return {
    'POST /v1/uploads': ({ body }) => {
      Object.assign(state, { done: false, status: 'open', bytes: (body as { bytes: number }).bytes });
      return view('u_1');
    },
    'GET /v1/uploads/*': () => view('u_1'),
    'PUT /store/1': () => {
      state.done = true;
      return '';
    },
    'POST /v1/uploads/u_1:complete': () => {
      state.status = 'complete';
      return view('u_1');
    },
  };
}

/** Routes of a training that is complete at the first look. */
export const training = (more: Script = {}): Script => ({
  ...uploads(),
  'GET /v1/people': page([]),
  'POST /v1/consents': () => ({ id: 'c_1' }),
  'POST /v1/people': () => person({ status: 'queued' }),
  [`GET /v1/people/${ANNA}`]: () => person(),
  ...more,
});
