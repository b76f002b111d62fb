// What tests share: where the real footage lies, temporary folders and stores, comparisons of frames and sounds. Not for product code.
export { sharedData, hasSharedData, describeWithData } from './shared-data.js';
export { temporaryDirectory, folderForTests, storeForTests, type TemporaryDirectory } from './temporary.js';
export { makeTestClip, type TestClipOptions } from './test-clip.js';
export { collectFrames, lagOf } from './signals.js';
