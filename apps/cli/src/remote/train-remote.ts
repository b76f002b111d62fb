// Trains a portrait at a remote system: consent, checks, upload, start, watch. The same command twice trains once: it
// finds the person by name and by the hash of the video in the person's metadata.
import { answer } from '@portrait/api-client';
import { sha256File } from '@portrait/artifact-store';
import { mergeParams } from '@portrait/catalog';
import { canonicalJson, PortraitError } from '@portrait/contracts';
import { requireInputFile } from '../portrait/input-checks.js';
import { readConsentFile, takeConsent } from '../portrait/consent.js';
import type { Session } from '../session.js';
import type { PersonSummary } from './api-types.js';
import { remoteParams, type ParamsByStage } from './remote-params.js';
import type { Remote } from './connect.js';
import { People, nameOf } from './find-person.js';
import { resumeStoreOf, sendFile, uploadKey, type FileToSend } from './send-file.js';
import { digestOf } from './start-once.js';
import { watchPerson } from './watch-person.js';

interface RemoteTraining {
  person: string;
  video: string;
  preset: string;
  seed: number;
  set: readonly string[];
  consentFile?: string | undefined;
  evaluate: boolean;
  detach: boolean;
}

/** Metadata key for the hash of the video. */
const VIDEO_HASH = 'videoSha256';

export async function trainRemotely(session: Session, remote: Remote, training: RemoteTraining): Promise<void> {
  const { console } = session;
  const video = await requireInputFile(training.video, 'video');
  if (training.consentFile !== undefined) await readConsentFile(training.consentFile);
  const params = await remoteParams(remote.client, 'portrait', training.set, training.preset);
  const known = await new People(remote.client).find(training.person);
  const { sha256 } = await sha256File(video);
  const person =
    known === null
      ? await startTraining(session, remote, { ...training, video }, params, sha256)
      : await resumeTraining(session, remote, known, training, params, sha256);
  console.event({ type: 'accepted', command: 'train', person: nameOf(person), id: person.id, status: person.status });
  if (!training.detach) return watchPerson(session, remote, person);
  const name = nameOf(person);
  console.print(
    [
      `The training of ${name} is ${person.status} at ${remote.url}.`,
      `  watch   ${remote.command('watch', '--person', name)}`,
      `  cancel  ${remote.command('cancel', '--person', name)}`,
    ].join('\n'),
  );
}

async function startTraining(
  session: Session,
  remote: Remote,
  training: RemoteTraining,
  params: ParamsByStage,
  sha256: string,
): Promise<PersonSummary> {
  const { person: name, preset, seed, evaluate, video } = training;
  const { client } = remote;
  const file: FileToSend = { path: video, kind: 'video', sha256 };
  const resumeStore = resumeStoreOf(session);
  const consentId = await consentOf(session, remote, training, sha256);
  const uploadId = await sendFile(session, remote, file);
  try {
    const body = {
      name,
      consentId,
      video: { uploadId },
      preset,
      params,
      seed,
      evaluate,
      metadata: { [VIDEO_HASH]: sha256 },
    };
    const person = await answer(
      client.POST('/v1/people', {
        params: { header: { 'Idempotency-Key': `cli-${digestOf(['train', name, sha256])}` } },
        body,
      }),
    );
    await resumeStore.delete(uploadKey(remote, file, sha256));
    await resumeStore.delete(consentKey(remote, name, sha256));
    return person;
  } catch (error) {
    if (!(error instanceof PortraitError) || error.code !== 'CONFLICT') throw error;
    // The same command, running at the same time, was first.
    const first = await new People(client).find(name);
    if (first === null) throw error;
    return resumeTraining(session, remote, first, training, params, sha256);
  }
}

const consentKey = ({ url }: Remote, person: string, sha256: string): unknown => ({ url, consent: person, sha256 });

/** Records consent before the upload, so that an interrupted upload does not repeat the questions. */
async function consentOf(
  session: Session,
  remote: Remote,
  { person, consentFile }: RemoteTraining,
  sha256: string,
): Promise<string> {
  const resumeStore = resumeStoreOf(session);
  const name = consentKey(remote, person, sha256);
  const before = consentFile === undefined ? await resumeStore.read(name) : null;
  if (before !== null && (await isRecorded(remote, before))) return before;
  const { statement, ...rest } = await takeConsent(person, {
    file: consentFile,
    interactive: session.console.interactive,
  });
  const consent = { ...rest, ...(statement === undefined ? {} : { statement }) };
  const { id } = await answer(
    remote.client.POST('/v1/consents', {
      params: { header: { 'Idempotency-Key': `cli-${digestOf(['consent', person, sha256, consent])}` } },
      body: consent,
    }),
  );
  await resumeStore.write(name, id);
  return id;
}

async function isRecorded({ client }: Remote, id: string): Promise<boolean> {
  const { response } = await client.GET('/v1/consents/{id}', { params: { path: { id } } });
  return response.ok;
}

/** Handles an existing person: nothing to do, watch the running training, or resume it with changed parameters. */
async function resumeTraining(
  session: Session,
  remote: Remote,
  person: PersonSummary,
  training: RemoteTraining,
  params: ParamsByStage,
  sha256: string,
): Promise<PersonSummary> {
  const name = nameOf(person);
  const erase = remote.command('people', 'erase', '--person', name);
  const hint = `Choose another name with --person, or erase ${name}: ${erase}`;
  if (person.metadata[VIDEO_HASH] !== sha256)
    throw new PortraitError('CONFLICT', `${name} already exists (${person.id}) and was trained on another video.`, {
      hint,
    });
  const requested = { preset: training.preset, seed: training.seed, evaluate: training.evaluate };
  const differing = (Object.keys(requested) as (keyof typeof requested)[])
    .filter((field) => person[field] !== requested[field])
    .map((field) => `${field} ${String(person[field])}`);
  if (differing.length > 0)
    throw new PortraitError('CONFLICT', `${name} was started with ${differing.join(', ')}, which cannot change.`, {
      hint,
    });
  // Parameters from earlier commands and retries remain set.
  const changed = canonicalJson(mergeParams(person.params, params)) !== canonicalJson(person.params);
  const isUnderWay = person.status === 'queued' || person.status === 'training' || person.status === 'parked';
  if (changed && isUnderWay)
    throw new PortraitError('CONFLICT', `${name} is ${person.status} with other parameters.`, {
      hint:
        'Wait for it, retry a parked stage with --set, or cancel it first: ' +
        remote.command('cancel', '--person', name),
    });
  if (isUnderWay || (person.status === 'ready' && !changed)) return person;
  session.console.note(`  ${name} exists and is ${person.status}; the training resumes with its finished stages`);
  return answer(
    remote.client.POST('/v1/people/{id}:resume', { params: { path: { id: person.id } }, body: { params } }),
  );
}
