// Watching a person, a video or a batch. Each view is loaded when it is used, because it brings the store and the
// downloads, which `portrait --help` does without.
type WatchBatch = typeof import('./watch-batch.js').watchBatch;
type WatchPerson = typeof import('./watch-person.js').watchPerson;
type WatchVideo = typeof import('./watch-video.js').watchVideo;

export const watchBatch: WatchBatch = async (...args) => (await import('./watch-batch.js')).watchBatch(...args);
export const watchPerson: WatchPerson = async (...args) => (await import('./watch-person.js')).watchPerson(...args);
export const watchVideo: WatchVideo = async (...args) => (await import('./watch-video.js')).watchVideo(...args);
