// The dataflow of the product as data. The embedded runner, the command line, the documentation (and whoever else
// chains stages) derive from this table; nothing else may list stages or edges.
import type { ArtifactKind } from './artifacts.js';

export type StageName =
  | 'ingest'
  | 'semantic-parsing'
  | 'landmarks'
  | 'face-tracking'
  | 'audio-features'
  | 'neck-inpainting'
  | 'head-training'
  | 'lips-finetuning'
  | 'torso-training'
  | 'render'
  | 'join'
  | 'evaluate'
  | 'compare';

export interface InputSpec {
  readonly kinds: readonly ArtifactKind[];
  readonly optional?: true;
  /** Any number of them, at least one: roles `parts.0`, `parts.1` … in order. */
  readonly many?: true;
}
export interface StageSpec {
  readonly title: string;
  readonly resource: 'cpu' | 'gpu';
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly outputs: Readonly<Record<string, ArtifactKind>>;
}

const one = (kind: ArtifactKind): InputSpec => ({ kinds: [kind] });
const optional = (...kinds: ArtifactKind[]): InputSpec => ({ kinds, optional: true });
const training = {
  clip: one('clip'),
  labels: one('labels'),
  background: one('background'),
  torsoLayer: one('torso-layer'),
  landmarks: one('landmarks'),
  poses: one('poses'),
  audioFeatures: one('audio-features'),
} as const;

export const STAGES = {
  ingest: {
    title: 'Ingest and grade the clip',
    resource: 'cpu',
    inputs: { video: one('source-video') },
    outputs: { clip: 'clip' },
  },
  'semantic-parsing': {
    title: 'Semantic parsing',
    resource: 'cpu',
    inputs: { clip: one('clip') },
    outputs: { labels: 'labels', background: 'background' },
  },
  landmarks: {
    title: 'Landmarks and eye ratio',
    resource: 'cpu',
    inputs: { clip: one('clip') },
    outputs: { landmarks: 'landmarks' },
  },
  'face-tracking': {
    title: 'Face tracking',
    resource: 'cpu',
    inputs: { clip: one('clip'), landmarks: one('landmarks') },
    outputs: { poses: 'poses' },
  },
  'audio-features': {
    title: 'Audio features',
    resource: 'cpu',
    inputs: { audio: { kinds: ['clip', 'speech'] } },
    outputs: { audioFeatures: 'audio-features' },
  },
  'neck-inpainting': {
    title: 'Neck in-painting',
    resource: 'cpu',
    inputs: { clip: one('clip'), labels: one('labels'), background: one('background') },
    outputs: { torsoLayer: 'torso-layer' },
  },
  'head-training': { title: 'Head training', resource: 'gpu', inputs: training, outputs: { head: 'head' } },
  'lips-finetuning': {
    title: 'Lips fine-tuning',
    resource: 'gpu',
    inputs: { ...training, head: one('head') },
    outputs: { head: 'head' },
  },
  'torso-training': {
    title: 'Torso training',
    resource: 'gpu',
    inputs: { clip: one('clip'), background: one('background'), torsoLayer: one('torso-layer'), poses: one('poses') },
    outputs: { torso: 'torso' },
  },
  render: {
    title: 'Render',
    resource: 'gpu',
    inputs: {
      head: one('head'),
      torso: one('torso'),
      poses: one('poses'),
      landmarks: one('landmarks'),
      background: one('background'),
      clip: one('clip'),
      audioFeatures: one('audio-features'),
      speech: { kinds: ['speech', 'clip'] },
      consent: optional('consent'),
      poseTrack: optional('track'),
      eyeTrack: optional('track'),
      backgroundMedia: optional('background-media'),
    },
    outputs: { video: 'video' },
  },
  join: {
    title: 'Join the parts of a video',
    resource: 'cpu',
    inputs: { parts: { kinds: ['video'], many: true }, speech: { kinds: ['speech', 'clip'] } },
    outputs: { video: 'video' },
  },
  evaluate: {
    title: 'Evaluate on held-out frames',
    resource: 'gpu',
    inputs: { ...training, head: one('head'), torso: one('torso') },
    outputs: { report: 'report' },
  },
  compare: {
    title: 'Compare a re-enactment with the clip',
    resource: 'cpu',
    inputs: { video: one('video'), clip: one('clip'), landmarks: one('landmarks'), head: one('head') },
    outputs: { comparison: 'comparison' },
  },
} as const satisfies Record<StageName, StageSpec>;

/** The spec of an input by its role; `parts.3` is one of `parts`. */
export function inputSpec(stage: StageName, role: string): InputSpec | undefined {
  const specs: Readonly<Record<string, InputSpec>> = STAGES[stage].inputs;
  const [base = '', index] = role.split('.');
  const spec = specs[base];
  return spec !== undefined && (spec.many === true) === (index !== undefined) ? spec : undefined;
}

export const STAGE_NAMES = Object.keys(STAGES) as StageName[];

/** Where the input of a node comes from: an output of another node, or something given from outside. */
export type Source = { readonly node: string; readonly output: string } | { readonly external: string };
export interface GraphNode {
  readonly stage: StageName;
  readonly inputs: Readonly<Record<string, Source>>;
  /** Present where the node may be left out: output → the input that stands in for it; empty where nothing needs it. */
  readonly skip?: Readonly<Record<string, string>>;
}
/** Nodes in an order in which every node comes after what it depends on. A node is named after its stage. */
export type Graph = Readonly<Record<string, GraphNode>>;

const from = (node: string, output: string): Source => ({ node, output });
const ext = (external: string): Source => ({ external });
const clip = from('ingest', 'clip');
const trainingSources = {
  clip,
  labels: from('semantic-parsing', 'labels'),
  background: from('semantic-parsing', 'background'),
  torsoLayer: from('neck-inpainting', 'torsoLayer'),
  landmarks: from('landmarks', 'landmarks'),
  poses: from('face-tracking', 'poses'),
  audioFeatures: from('audio-features', 'audioFeatures'),
};

/** Video of a person → portrait and its held-out report. */
export const PORTRAIT_GRAPH: Graph = {
  ingest: { stage: 'ingest', inputs: { video: ext('video') } },
  landmarks: { stage: 'landmarks', inputs: { clip } },
  'face-tracking': { stage: 'face-tracking', inputs: { clip, landmarks: from('landmarks', 'landmarks') } },
  'audio-features': { stage: 'audio-features', inputs: { audio: clip } },
  'semantic-parsing': { stage: 'semantic-parsing', inputs: { clip } },
  'neck-inpainting': {
    stage: 'neck-inpainting',
    inputs: { clip, labels: trainingSources.labels, background: trainingSources.background },
  },
  'head-training': { stage: 'head-training', inputs: trainingSources },
  'lips-finetuning': {
    stage: 'lips-finetuning',
    inputs: { ...trainingSources, head: from('head-training', 'head') },
    skip: { head: 'head' },
  },
  'torso-training': {
    stage: 'torso-training',
    inputs: {
      clip,
      background: trainingSources.background,
      torsoLayer: trainingSources.torsoLayer,
      poses: trainingSources.poses,
    },
  },
  evaluate: {
    stage: 'evaluate',
    inputs: { ...trainingSources, head: from('lips-finetuning', 'head'), torso: from('torso-training', 'torso') },
    skip: {},
  },
};

/** What a portrait is made of: role → where the portrait graph makes it. Rendering needs exactly these. */
export const PORTRAIT_PARTS = {
  head: from('lips-finetuning', 'head'),
  torso: from('torso-training', 'torso'),
  poses: trainingSources.poses,
  landmarks: trainingSources.landmarks,
  background: trainingSources.background,
  clip,
} as const;

/** Portrait and speech → video. Speech is a file of its own or, to re-enact the clip, the clip itself. */
export const RENDER_GRAPH: Graph = {
  'audio-features': { stage: 'audio-features', inputs: { audio: ext('speech') } },
  render: {
    stage: 'render',
    inputs: {
      head: ext('head'),
      torso: ext('torso'),
      poses: ext('poses'),
      landmarks: ext('landmarks'),
      background: ext('background'),
      clip: ext('clip'),
      audioFeatures: from('audio-features', 'audioFeatures'),
      speech: ext('speech'),
      consent: ext('consent'),
      poseTrack: ext('poseTrack'),
      eyeTrack: ext('eyeTrack'),
      backgroundMedia: ext('backgroundMedia'),
    },
  },
  // Only of a video for which there is a truth: see `hasTruth`.
  compare: {
    stage: 'compare',
    inputs: { video: from('render', 'video'), clip: ext('clip'), landmarks: ext('landmarks'), head: ext('head') },
    skip: {},
  },
};

/** The clip shows what the video should: the clip's own sound with the head motion it was said with. */
export const hasTruth = (
  speech: { kind: string },
  renderParams: Readonly<Record<string, unknown>> | undefined,
): boolean => speech.kind === 'clip' && renderParams?.['pose'] === 'recorded';
