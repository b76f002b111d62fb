// The person the demo trains on where none is given: GRID speaker s1, recorded for research, joined from single sentences.
// The joined video is kept in the cache, so that a second demo finds it ready.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Consent } from '@portrait/contracts';
import { joinClips } from '@portrait/media';
import { cacheFolder, resolveFile, SAMPLES, samplePaths } from '@portrait/models';
import { formatCount } from '@portrait/observability';
import type { Session } from '../session.js';

/** Sentences joined for the demo, 3 s each: enough for the lips, few enough for minutes on two cores. */
const SENTENCES = 24;

export const SAMPLE_PERSON = 'sample';

export const SAMPLE_CONSENT: Consent = {
  grantedBy: 'Speakers of the GRID corpus, to its authors (Cooke, Barker, Cunningham, Shao, 2006)',
  subject: 'Speaker s1 of the GRID corpus',
  date: '2006-11-01',
  purpose: 'Research on audio-visual speech; recordings published under CC BY 4.0, used here to demonstrate and test this product',
  statement: 'Recorded for research with the speaker\'s knowledge and published by the authors of the corpus (Zenodo record 3625687).',
};

const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() ?? false;

/** Path of the sample video, made once. @throws MODEL_UNAVAILABLE when no source has the clips */
export async function sampleVideo(session: Session): Promise<string> {
  const files = SAMPLES['grid-s1'].files.slice(0, SENTENCES);
  const name = createHash('sha256').update(files.map((file) => file.sha256).join()).digest('hex').slice(0, 16);
  const path = join(cacheFolder(), 'joined', `grid-s1-${name}.mkv`);
  if (await exists(path)) return path;
  session.console.note(`  sample: ${formatCount(files.length)} sentences of GRID speaker s1 (CC BY 4.0, Cooke, Barker, Cunningham and Shao 2006)`);
  const clips: string[] = [];
  for (const file of files) clips.push((await resolveFile(file, { signal: session.signal })).path);
  await mkdir(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${randomUUID()}.mkv`);
  try {
    await joinClips(clips, partial, { signal: session.signal });
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}

/** Path of the speech the sample person never said. */
export async function sampleSpeech(session: Session): Promise<string> {
  const [path] = await samplePaths('speech', { signal: session.signal });
  return path!;
}
