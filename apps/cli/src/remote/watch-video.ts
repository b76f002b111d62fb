// Watches a render and downloads the finished video.
import { answer } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import { formatDuration } from '@portrait/observability';
import type { Session } from '../session.js';
import type { StoredFile, Video } from './api-types.js';
import type { Remote } from './connect.js';
import { download, isDownloaded } from './download.js';
import { watchWork } from './watch-work.js';

export const getVideo = ({ client }: Remote, id: string): Promise<Video> =>
  answer(client.GET('/v1/videos/{id}', { params: { path: { id } } }));

/** @param out absolute path; undefined: do not download the video */
export async function watchVideo(session: Session, remote: Remote, id: string, out: string | undefined): Promise<void> {
  const { console } = session;
  const before = await getVideo(remote, id);
  const video =
    before.status === 'ready'
      ? before
      : (
          await watchWork(session, remote, {
            what: `The render ${id}`,
            target: ['--video', id, ...(out === undefined ? [] : ['--out', out])],
            query: { videoId: id },
            get: () => getVideo(remote, id),
          })
        ).work;
  const file = videoFile(video.files, id);
  if (out !== undefined && !(await isDownloaded(out, file)))
    await download(remote, async () => videoFile((await getVideo(remote, id)).files, id), out, session.signal);
  const cached = before.status === 'ready';
  console.event({
    type: 'result',
    command: 'render',
    person: video.personId,
    id,
    path: out,
    cached,
    seconds: video.seconds,
    coreSeconds: video.coreSeconds,
    bytes: file.bytes,
    sha256: file.sha256,
  });
  if (out === undefined) {
    console.print(
      `\nThe video ${id} is ready.\n  download  ${remote.command('watch', '--video', id, '--out', file.name)}`,
    );
    return;
  }
  const spent =
    video.startedAt === null || video.finishedAt === null
      ? ''
      : ` in ${formatDuration(Date.parse(video.finishedAt) - Date.parse(video.startedAt))}`;
  console.print(`\n${cached ? 'Already rendered; written to' : `Rendered${spent}:`}\n  ${out}`);
  console.print('  Its metadata contains the provenance and the hash of the consent record.');
}

/** The video file; the other file is its description, video.json. */
export function videoFile(files: readonly StoredFile[], id: string): StoredFile {
  const file = files.find(({ name }) => !name.endsWith('.json'));
  if (file === undefined)
    throw new PortraitError('STORE_UNREACHABLE', `The video ${id} is ready, but the store does not list its file.`, {
      hint: 'Run the same command again later.',
    });
  return file;
}
