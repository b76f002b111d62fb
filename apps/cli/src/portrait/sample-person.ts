// The person the demo trains on where none is given: GRID speaker s1, recorded for research, joined from single sentences.
// Where no source has those recordings, a moving portrait generated from a public-domain photograph stands in, and says so.
// The video is kept in the cache, so that a second demo finds it ready.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { CLIP_FPS, PortraitError, type Consent } from '@portrait/contracts';
import type { Photograph } from '@portrait/face';
import { joinClips, openVideoWriter, readImage, writeWav } from '@portrait/media';
import { cacheFolder, resolveFile, SAMPLES, samplePaths } from '@portrait/models';
import { formatCount } from '@portrait/observability';
import type { Session } from '../session.js';

/** Sentences joined for the demo, 3 s each: enough for the lips, few enough for minutes on two cores. */
const SENTENCES = 24;
const GENERATED_SECONDS = 60;
const GENERATED_SPEECH_SECONDS = 10;

export const SAMPLE_PERSON = 'sample';

export const SAMPLE_CONSENT: Consent = {
  grantedBy: 'Speakers of the GRID corpus, to its authors (Cooke, Barker, Cunningham, Shao, 2006)',
  subject: 'Speaker s1 of the GRID corpus',
  date: '2006-11-01',
  purpose:
    'Research on audio-visual speech; recordings published under CC BY 4.0, used here to demonstrate and test this product',
  statement:
    "Recorded for research with the speaker's knowledge and published by the authors of the corpus (Zenodo record 3625687).",
};

/** Consent for the stand-in: nobody was filmed. */
export const GENERATED_CONSENT: Consent = {
  grantedBy: 'NASA, by placing its official portraits in the public domain',
  subject: 'A generated moving portrait made from a NASA photograph; nobody was recorded saying this',
  date: '1999-01-01',
  purpose: 'Demonstration and tests of this product where no recording can be had',
};

export interface Sample {
  video: string;
  person: string;
  consent: Consent;
  /** Who is seen, in words. */
  who: string;
}

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() ?? false;

/** Makes a file once: under a temporary name first, so that an interrupted attempt leaves nothing that looks finished. */
async function madeOnce(path: string, make: (partial: string) => Promise<unknown>): Promise<string> {
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

async function joinedSentences(session: Session): Promise<string> {
  const { signal } = session;
  const files = SAMPLES['grid-s1'].files.slice(0, SENTENCES);
  const name = createHash('sha256')
    .update(files.map((file) => file.sha256).join())
    .digest('hex')
    .slice(0, 16);
  return madeOnce(join(cacheFolder(), 'joined', `grid-s1-${name}.mkv`), async (partial) => {
    session.console.note(
      `  sample: ${formatCount(files.length)} sentences of GRID speaker s1 (CC BY 4.0, Cooke, Barker, Cunningham and Shao 2006)`,
    );
    const clips: string[] = [];
    for (const file of files) clips.push((await resolveFile(file, { signal })).path);
    await joinClips(clips, partial, { signal });
  });
}

/** A minute of a still photograph moved and speaking: real enough to run every stage, nobody's recording. */
async function generatedVideo(session: Session): Promise<string> {
  const { signal } = session;
  return madeOnce(join(cacheFolder(), 'joined', `generated-${GENERATED_SECONDS}s.mkv`), async (partial) => {
    const [photo] = await samplePaths('portrait-photo', { signal }).catch(() => []);
    const photograph = photo === undefined ? undefined : await readImage(photo);
    session.console.note(
      `  no source has the sample recordings; a moving portrait is generated instead from ${photograph === undefined ? 'a drawing' : 'a public-domain photograph'}`,
    );
    const { generateMovingPortrait } = await import('@portrait/face');
    const portrait = await generateMovingPortrait({
      ...(photograph === undefined ? {} : { photograph: photograph as Photograph }),
      seconds: GENERATED_SECONDS,
      size: 512,
      signal,
    });
    const sound = `${partial}.wav`;
    try {
      await writeWav(sound, portrait.audio, portrait.sampleRate);
      const writer = await openVideoWriter(partial, {
        width: portrait.size,
        height: portrait.size,
        fps: CLIP_FPS,
        pixelFormat: 'rgb24',
        encoding: 'ffv1',
        audio: { path: sound },
        signal,
      });
      for (let i = 0; i < portrait.frames; i++) await writer.write(portrait.frame(i));
      await writer.close();
    } finally {
      await rm(sound, { force: true });
    }
  });
}

/** The sample person, made once. @throws MODEL_UNAVAILABLE when neither recordings nor the models of the stand-in can be had */
export async function samplePerson(session: Session): Promise<Sample> {
  try {
    return {
      video: await joinedSentences(session),
      person: SAMPLE_PERSON,
      consent: SAMPLE_CONSENT,
      who: 'speaker s1 of the GRID corpus',
    };
  } catch (error) {
    if (!(error instanceof PortraitError) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    return {
      video: await generatedVideo(session),
      person: 'generated',
      consent: GENERATED_CONSENT,
      who: 'a generated person, moved from one photograph,',
    };
  }
}

/** Path of speech the sample person never said; where no source has any, generated speech-like sound. */
export async function sampleSpeech(session: Session): Promise<string> {
  const { signal } = session;
  const [path] = await samplePaths('speech', { signal }).catch((error: unknown) => {
    if (!(error instanceof PortraitError) || error.code !== 'MODEL_UNAVAILABLE') throw error;
    return [];
  });
  return (
    path ??
    madeOnce(join(cacheFolder(), 'joined', `generated-${GENERATED_SPEECH_SECONDS}s.wav`), async (partial) => {
      const { generateMovingPortrait } = await import('@portrait/face');
      session.console.note('  no source has the sample speech; speech-like sound is generated instead');
      const { audio, sampleRate } = await generateMovingPortrait({
        seconds: GENERATED_SPEECH_SECONDS,
        size: 128,
        seed: 2,
        signal,
      });
      await writeWav(partial, audio, sampleRate);
    })
  );
}
