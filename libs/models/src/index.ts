// Pre-trained models and samples: what they are, whose they are, and a verified path to each. Nothing else is ever fetched.
export { MODELS, type Conversion, type ListedFile, type ModelEntry, type ModelName, type Source } from './manifest.js';
export { DEMO_SENTENCES } from './grid-s1.js';
export { SAMPLES, type SampleEntry, type SampleName } from './samples.js';
export {
  cacheFolder,
  modelPath,
  resolveFile,
  samplePaths,
  verifyAll,
  type ResolvedFile,
  type ResolveOptions,
  type Verification,
} from './resolve.js';
export { billOfMaterials, type BillRow } from './bill-of-materials.js';
export { readZipBytes } from './archive.js';
