// What tests share: where the real footage lies, and temporary folders. Not for product code.
export { sharedData, hasSharedData, describeWithData } from './shared-data.js';
export { temporaryDirectory } from './temporary.js';
export { makeTestClip, type TestClipOptions } from './test-clip.js';
