// Pre-trained models and samples: description, licence and a verified path to each. Nothing else is fetched.
export { MODELS, type ListedFile, type ModelName, type Source } from './manifest.js';
export { DEMO_SENTENCES } from './grid-s1.js';
export { SAMPLES, type SampleName } from './samples.js';
export { cacheFolder, modelPath, resolveFile, samplePaths, verifyAll } from './resolve.js';
export { billOfMaterials } from './bill-of-materials.js';
export { readZipBytes } from './archive.js';
