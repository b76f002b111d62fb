// Renders a video of a portrait from speech, pose, eyes and background, and writes it. Used by `render` and `demo`.
import { stat } from 'node:fs/promises';
import { hasTruth, PortraitError, RENDER_GRAPH, type ArtifactRef } from '@portrait/contracts';
import { runGraph, type GraphOptions, type StageResult, requirePortrait } from '@portrait/stage-kit';
import { graphParams, resolvePreset } from '@portrait/catalog';
import type { CommonOptions, Session } from '../session.js';
import { requireInputFile, requireOutputVideo } from './input-checks.js';
import { publishFile } from './publish-file.js';

/** Options of a render, local or remote. */
export interface RenderChoices {
  person: string;
  /** Undefined: re-enact the clip with its own sound. */
  audio?: string | undefined;
  out: string;
  pose?: string | undefined;
  eyes?: string | undefined;
  background?: string | undefined;
  smoothing?: string | undefined;
  set: readonly string[];
}
export type RenderRequest = RenderChoices & CommonOptions;

interface RenderOutcome {
  path: string;
  result: StageResult;
  /** Metrics against the clip, if the clip is the ground truth of the video. */
  comparison: Record<string, number> | null;
}

const POSES = ['clip', 'recorded', 'held'];
const EYES: Record<string, string> = { clip: 'eyes="clip"', natural: 'eyes="blinks"', blinks: 'eyes="blinks"' };

interface Choice {
  /** Assignments of `render` parameters. */
  set: string[];
  /** File to import, if the choice is a file. */
  file?: string;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}

export async function choosePose(text: string | undefined): Promise<Choice> {
  if (text === undefined) return { set: [] };
  if (POSES.includes(text)) return { set: [`pose="${text}"`] };
  if (await isFile(text)) return { set: ['pose="track"'], file: text };
  throw new PortraitError('INVALID_ARGUMENT', `--pose ${text} is neither ${POSES.join(', ')} nor a file that exists.`, {
    hint: 'A pose track is a JSON file; see docs/formats.md.',
  });
}

export async function chooseEyes(text: string | undefined): Promise<Choice> {
  if (text === undefined) return { set: [] };
  if (text in EYES) return { set: [EYES[text]!] };
  const fixed = /^fixed(?::(\d*\.?\d+))?$/.exec(text);
  if (fixed) return { set: ['eyes="fixed"', ...(fixed[1] === undefined ? [] : [`eyesOpen=${Number(fixed[1])}`])] };
  if (await isFile(text)) return { set: ['eyes="track"'], file: text };
  throw new PortraitError(
    'INVALID_ARGUMENT',
    `--eyes ${text} is neither clip, natural, fixed:OPENING nor a file that exists.`,
    { hint: 'fixed:0 is closed, fixed:1 as open as in the clip. An eye track is a JSON file; see docs/formats.md.' },
  );
}

export async function chooseBackground(text: string | undefined): Promise<Choice> {
  if (text === undefined) return { set: [] };
  if (text === 'plate' || text === 'transparent' || /^#[0-9a-fA-F]{6}$/.test(text))
    return { set: [`background="${text}"`] };
  if (await isFile(text)) return { set: ['background="media"'], file: text };
  throw new PortraitError(
    'INVALID_ARGUMENT',
    `--background ${text} is neither plate, transparent, a colour like #204060 nor a file that exists.`,
    { hint: 'Quote a colour, because # starts a comment in the shell: --background "#204060".' },
  );
}

export async function renderVideo(session: Session, request: RenderRequest): Promise<RenderOutcome> {
  const registry = await session.registry();
  const [pose, eyes, background] = [
    await choosePose(request.pose),
    await chooseEyes(request.eyes),
    await chooseBackground(request.background),
  ];
  const audio = request.audio === undefined ? undefined : await requireInputFile(request.audio, 'speech');
  const files = [audio, pose.file, eyes.file, background.file].filter((file) => file !== undefined);
  const out = await requireOutputVideo(request.out, {
    storeDir: session.storeDir(request),
    inputs: files,
    transparent: request.background === 'transparent',
  });
  const { store, scope } = await session.openScope(request, request.person);
  const portrait = await requirePortrait(store, scope);

  const chosen = [
    ...pose.set,
    ...eyes.set,
    ...background.set,
    `container="${out.container}"`,
    ...(request.smoothing === undefined ? [] : [`poseSmoothing=${request.smoothing}`]),
  ];
  if (audio === undefined && request.pose === undefined) chosen.push('pose="recorded"');
  const preset = resolvePreset(portrait.preset);
  const base = {
    ...(preset.render === undefined ? {} : { render: preset.render }),
    'audio-features': { extractor: portrait.extractor.name },
  };
  const params = graphParams(RENDER_GRAPH, registry, base, [...chosen.map((text) => `render.${text}`), ...request.set]);
  const extractor = params['audio-features']?.['extractor'];
  if (extractor !== portrait.extractor.name) {
    throw new PortraitError(
      'INCOMPATIBLE',
      `The portrait was trained with audio features of ${portrait.extractor.name}, not ${String(extractor)}.`,
      { hint: 'Omit --set audio-features.extractor, or train a portrait with that extractor.' },
    );
  }

  const seed = session.seed(request);
  const speech: ArtifactRef =
    audio === undefined ? portrait.parts.clip : await scope.importFile('speech', 'source', audio);
  const graph: GraphOptions = {
    name: 'render',
    graph: RENDER_GRAPH,
    registry,
    scope,
    params,
    seed,
    threads: session.threads(request),
    signal: session.signal,
    log: session.openLog(request, 'render'),
    onEvent: session.view.onEvent,
    external: {
      ...portrait.parts,
      speech,
      consent: portrait.consent,
      poseTrack: pose.file === undefined ? undefined : await scope.importFile('track', 'track.json', pose.file),
      eyeTrack: eyes.file === undefined ? undefined : await scope.importFile('track', 'track.json', eyes.file),
      backgroundMedia:
        background.file === undefined
          ? undefined
          : await scope.importFile('background-media', 'source', background.file),
    },
  };
  const results = await runGraph({ ...graph, until: 'render' });
  const result = results['render'];
  const video = result?.outputs['video'];
  const name = `video.${out.container}`;
  if (result === undefined || video === undefined || !(name in video.files))
    throw new PortraitError('INTERNAL', `The render produced no ${name}.`);
  await publishFile(await scope.path(video, name), out.path);
  // The video is written before the comparison, which may fail.
  const comparison = hasTruth(speech, params.render) ? (await runGraph(graph))['compare']!.report.metrics : null;
  return { path: out.path, result, comparison };
}
