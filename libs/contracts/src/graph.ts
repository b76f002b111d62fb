// How stages are chained: the edges between their specifications, as data. The embedded runner, the workflows, the
// command line and the documentation derive from these graphs. Loads no library, so that workflow code may import it.
import type { StageName } from './stages/index.js';

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

/** What a portrait is made of: role → where the portrait graph makes it. Rendering takes exactly these. */
export const PORTRAIT_PARTS = {
  head: from('lips-finetuning', 'head'),
  torso: from('torso-training', 'torso'),
  poses: trainingSources.poses,
  landmarks: trainingSources.landmarks,
  background: trainingSources.background,
  clip,
  labels: trainingSources.labels,
  torsoLayer: trainingSources.torsoLayer,
  clipFeatures: trainingSources.audioFeatures,
} as const;

/** Parts that portraits of earlier versions do not have. Without them a video is composed freely. */
export const LATER_PARTS = ['labels', 'torsoLayer', 'clipFeatures'] as const;

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
      labels: ext('labels'),
      torsoLayer: ext('torsoLayer'),
      clipFeatures: ext('clipFeatures'),
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
