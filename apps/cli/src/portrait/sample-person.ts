// The sample person and speech of the demo, from samples/: sentences of GRID speaker s1 and a public-domain address.
// The sentences are joined once; the joined video is cached.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { PortraitError, type Consent } from '@portrait/contracts';
import { joinClips } from '@portrait/media';
import { cacheFolder, DEMO_SENTENCES, resolveFile, SAMPLES, type ListedFile } from '@portrait/models';
import { formatCount } from '@portrait/observability';
import type { Session } from '../session.js';

const SAMPLE_PERSON = 'sample';

const SAMPLE_CONSENT: Consent = {
  grantedBy: 'Speakers of the GRID corpus, to its authors (Cooke, Barker, Cunningham, Shao, 2006)',
  subject: 'Speaker s1 of the GRID corpus',
  date: '2006-11-01',
  purpose:
    'Research on audio-visual speech; recordings published under CC BY 4.0, ' +
    'used here to demonstrate and test this product',
  statement:
    "Recorded for research with the speaker's knowledge and published by the authors of the corpus " +
    '(Zenodo record 3625687).',
};

export interface Sample {
  video: string;
  person: string;
  consent: Consent;
  /** Description of the person, for a sentence. */
  who: string;
}

/** @throws PortraitError MODEL_UNAVAILABLE when samples/ lacks a sentence */
export async function samplePerson(session: Session): Promise<Sample> {
  return {
    video: await joinedSentences(session),
    person: SAMPLE_PERSON,
    consent: SAMPLE_CONSENT,
    who: 'speaker s1 of the GRID corpus',
  };
}

/** Path of the sample speech. @throws PortraitError MODEL_UNAVAILABLE when samples/ lacks it */
export async function sampleSpeech({ signal }: Session): Promise<string> {
  return shippedFile(SAMPLES.speech.files[0]!, signal);
}

async function joinedSentences(session: Session): Promise<string> {
  const { signal } = session;
  const files = SAMPLES['grid-s1'].files.slice(0, DEMO_SENTENCES);
  const clips: string[] = [];
  for (const file of files) clips.push(await shippedFile(file, signal));
  const name = createHash('sha256')
    .update(files.map((file) => file.sha256).join())
    .digest('hex')
    .slice(0, 16);
  return createOnce(join(cacheFolder(), 'joined', `grid-s1-${name}.mkv`), async (partial) => {
    session.console.note(
      `  sample: ${formatCount(files.length)} sentences of GRID speaker s1 ` +
        '(CC BY 4.0, Cooke, Barker, Cunningham and Shao 2006)',
    );
    await joinClips(clips, partial, { signal });
  });
}

/** Path of a sample file; downloads nothing. @throws PortraitError MODEL_UNAVAILABLE when the file is missing */
export async function shippedFile(file: ListedFile, signal: AbortSignal): Promise<string> {
  try {
    return (await resolveFile(file, { signal, offline: true })).path;
  } catch (error) {
    if (!(error instanceof PortraitError) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    throw new PortraitError('MODEL_UNAVAILABLE', `The sample ${file.file} is missing from the folder samples/.`, {
      cause: error,
      hint:
        'Restore it with: git checkout -- samples . ' +
        'Or use your own video: portrait demo --video mine.mp4 --audio speech.wav',
    });
  }
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() ?? false;

/** Creates a file once and atomically: an interrupted attempt leaves no incomplete file. */
async function createOnce(path: string, make: (partial: string) => Promise<unknown>): Promise<string> {
  if (await exists(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${randomUUID()}${extname(path)}`);
  try {
    await make(partial);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}
