// Helpers for specs: real footage, temporary folders and stores, a trace collector, comparisons of frames and sounds.
// Product code must not import them.
export { sharedData, describeWithData } from './shared-data.js';
export { temporaryDirectory, folderForTests, storeForTests, type TemporaryDirectory } from './temporary.js';
export { makeTestClip } from './test-clip.js';
export { otlpReceiver, type OtlpReceiver, type ReceivedSpan } from './otlp-receiver.js';
export { collectFrames, lagOf } from './signals.js';
