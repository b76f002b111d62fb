// What tests share: where the real footage lies, temporary folders and stores, a collector of traces, comparisons of frames and sounds. Not for product code.
export { sharedData, hasSharedData, describeWithData } from './shared-data.js';
export { temporaryDirectory, folderForTests, storeForTests, type TemporaryDirectory } from './temporary.js';
export { makeTestClip, type TestClipOptions } from './test-clip.js';
export { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';
export { collectFrames, lagOf } from './signals.js';
