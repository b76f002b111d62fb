// Footage and speech that the demo and the tests may use: real recordings with known rights. The people are real; never
// pass a render of them off as genuine. The files of the demo are in the repository, in samples/.
import { DEMO_SENTENCES, GRID_S1_CLIPS } from './grid-s1.js';
import type { ListedFile, Source } from './manifest.js';

export type SampleName = 'grid-s1' | 'speech' | 'portrait-photo';

interface SampleEntry {
  name: SampleName;
  /** In the order of use. */
  files: readonly ListedFile[];
  purpose: string;
  licence: string;
  attribution: string;
  note?: string;
}

const shipped = (path: string): Source => ({ kind: 'repository', path: `samples/${path}` });
const local = (path: string): Source[] => [
  { kind: 'folder', env: 'PORTRAIT_DATA', path },
  { kind: 'shared', path: `data/${path}` },
];

export const SAMPLES: Readonly<Record<SampleName, SampleEntry>> = {
  'grid-s1': {
    name: 'grid-s1',
    purpose: 'video of one person to train on: 60 sentences, together 180 s at 25 fps, to be joined in this order',
    licence: 'CC-BY-4.0',
    attribution:
      'Cooke, Barker, Cunningham and Shao (2006), "An audio-visual corpus for speech perception and automatic ' +
      'speech recognition": the GRID corpus, talker 1 (Zenodo record 3625687)',
    note: `The first ${DEMO_SENTENCES} sentences, those of the demo, lie in samples/; the tests fetch the others.`,
    files: GRID_S1_CLIPS.map(([clip, sha256, bytes], index) => ({
      file: `${clip}.mpg`,
      sha256,
      bytes,
      sources: [
        ...(index < DEMO_SENTENCES ? [shipped(`grid-s1/${clip}.mpg`)] : []),
        ...local(`video/grid_s1/${clip}.mpg`),
        { kind: 'url', url: `https://raw.githubusercontent.com/TVR28/LipNet/main/data/s1/${clip}.mpg` },
        { kind: 'url', url: 'https://zenodo.org/records/3625687/files/s1.zip', member: `s1/${clip}.mpg` },
      ],
    })),
  },
  speech: {
    name: 'speech',
    purpose: 'speech to drive a portrait with: 11 s, 16 kHz mono',
    licence: 'public-domain',
    attribution:
      'John F. Kennedy, inaugural address, 1961 (work of the United States government); file from whisper.cpp',
    files: [
      {
        file: 'jfk.wav',
        sha256: '59dfb9a4acb36fe2a2affc14bacbee2920ff435cb13cc314a08c13f66ba7860e',
        bytes: 352078,
        sources: [
          shipped('jfk.wav'),
          ...local('audio/jfk.wav'),
          { kind: 'url', url: 'https://raw.githubusercontent.com/ggml-org/whisper.cpp/master/samples/jfk.wav' },
        ],
      },
    ],
  },
  'portrait-photo': {
    name: 'portrait-photo',
    purpose:
      'photograph of one frontal face, for the generated moving portrait of the tests, whose true motion is known',
    licence: 'public-domain',
    attribution: 'NASA, portrait of Eileen Collins; file from scikit-image',
    files: [
      {
        file: 'astronaut.png',
        sha256: '88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5',
        bytes: 791555,
        sources: [
          ...local('image/astronaut.png'),
          { kind: 'pypi', requirement: 'scikit-image==0.22.0', archive: 'wheel', path: 'skimage/data/astronaut.png' },
          {
            kind: 'url',
            url: 'https://raw.githubusercontent.com/scikit-image/scikit-image/v0.22.0/skimage/data/astronaut.png',
          },
        ],
      },
    ],
  },
};
