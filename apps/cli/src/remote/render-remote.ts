// Renders a video at a remote system: checks, uploads, start, watch, download. The same command within a day returns
// the render that is already started.
import { answer } from '@portrait/api-client';
import { PortraitError } from '@portrait/contracts';
import type { UploadKind } from '@portrait/contracts/api';
import { requireInputFile, requireOutputVideo } from '../portrait/input-checks.js';
import { chooseBackground, chooseEyes, choosePose, type RenderChoices } from '../portrait/render-video.js';
import type { Session } from '../session.js';
import { remoteParams } from './remote-params.js';
import type { Remote } from './connect.js';
import { contentTypeOf } from './content-type.js';
import { People } from './find-person.js';
import { sendFile } from './send-file.js';
import { startOnce } from './start-once.js';
import { getVideo, watchVideo } from './watch-video.js';

type Pose = 'clip' | 'recorded' | 'held';
/** Eye opening of the clip. */
const FULLY_OPEN = 1;

interface RemoteRender extends RenderChoices {
  seed: number;
  shards: number;
}

export async function renderRemotely(session: Session, remote: Remote, render: RemoteRender): Promise<void> {
  const { client } = remote;
  const [pose, eyes, background] = [
    await choosePose(render.pose),
    await chooseEyes(render.eyes),
    await chooseBackground(render.background),
  ];
  const audio = render.audio === undefined ? undefined : await requireInputFile(render.audio, 'speech');
  const inputs = [audio, pose.file, eyes.file, background.file].filter((file) => file !== undefined);
  const out = await requireOutputVideo(render.out, {
    storeDir: session.storeDir({}),
    inputs,
    transparent: render.background === 'transparent',
  });
  const smoothing = render.smoothing === undefined ? [] : [`render.poseSmoothing=${render.smoothing}`];
  const params = await remoteParams(client, 'render', [...smoothing, ...render.set]);
  const person = await new People(client).require(render.person);
  requirePortrait(remote, render.person, person.status);

  const send = async (path: string, kind: UploadKind): Promise<{ uploadId: string }> => ({
    uploadId: await sendFile(session, remote, { path, kind, personId: person.id }),
  });
  const body = {
    personId: person.id,
    params,
    seed: render.seed,
    shards: render.shards,
    container: out.container,
    metadata: {},
    audio: audio === undefined ? ('recorded' as const) : await send(audio, 'audio'),
    ...(render.pose === undefined
      ? {}
      : { pose: pose.file === undefined ? (render.pose as Pose) : await send(pose.file, 'track') }),
    ...(render.eyes === undefined
      ? {}
      : { eyes: eyes.file === undefined ? eyesOf(render.eyes) : await send(eyes.file, 'track') }),
    ...(render.background === undefined
      ? {}
      : {
          background:
            background.file === undefined
              ? render.background
              : await send(
                  background.file,
                  contentTypeOf(background.file, 'image/png').startsWith('video/') ? 'video' : 'image',
                ),
        }),
  };
  const { id, status } = await startOnce({
    // A retrained portrait is a new request.
    request: { body, portrait: person.finishedAt },
    start: (key) => answer(client.POST('/v1/videos', { params: { header: { 'Idempotency-Key': key } }, body })),
    get: (video) =>
      getVideo(remote, video).catch((error: unknown) => {
        if (error instanceof PortraitError && error.code === 'NOT_FOUND') return null;
        throw error;
      }),
    isLost: (video) => video.status === 'cancelled' || video.status === 'failed',
  });
  session.console.event({ type: 'accepted', command: 'render', person: render.person, id, status });
  await watchVideo(session, remote, id, out.path);
}

/** Converts text accepted by `chooseEyes` into the format of the API. */
function eyesOf(text: string): 'clip' | 'natural' | { open: number } {
  const [, opening] = /^fixed(?::(.+))?$/.exec(text) ?? [];
  if (text.startsWith('fixed')) return { open: Number(opening ?? FULLY_OPEN) };
  return text === 'clip' ? 'clip' : 'natural';
}

/** During a training an earlier portrait may be usable; only the server knows. */
function requirePortrait(remote: Remote, name: string, status: string): void {
  if (status === 'ready' || status === 'training') return;
  throw new PortraitError('CONFLICT', `${name} is ${status}; there is no portrait yet.`, {
    hint: `Run ${remote.command('watch', '--person', name)} to see its state.`,
  });
}
