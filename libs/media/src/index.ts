// Video, sound, pictures and arrays in and out of files. Nothing else in the product starts ffmpeg or decodes a
// picture.
export { ffmpegInstallCommand, programPath, type Program } from './ffmpeg.js';
export { identifyFile, type Container } from './container.js';
export { LIMIT_SETTINGS } from './limits.js';
export { probeMedia, type AudioStreamInfo, type MediaInfo, type ProbeOptions, type VideoStreamInfo } from './probe.js';
export { readFrames, BYTES_PER_PIXEL, SCALE_FLAGS, type PixelFormat, type ReadFramesOptions } from './read-frames.js';
export { checkToneMap, dynamicRange, toneMapFilters } from './tone-map.js';
export { detectFields, type FieldOrder } from './detect-fields.js';
export { openVideoWriter, type VideoWriter, type VideoWriterOptions } from './video-writer.js';
export { MUX_SAMPLE_RATE, type Encoding } from './encodings.js';
export { copyPicture } from './copy-picture.js';
export { joinVideos, type JoinVideosOptions, type VideoPiece } from './join-videos.js';
export {
  finishVideo,
  VIDEO_ENCODINGS,
  type FinishedPieces,
  type VideoContainer,
  type VideoRange,
} from './finish-video.js';
export { transcodeToFfv1, joinClips, type TranscodeOptions } from './transcode.js';
export { readAudioChunks } from './audio-chunks.js';
export { readAudio, readWav, writeWav, encodeWav, type ReadAudioOptions } from './audio.js';
export {
  readImage,
  decodeImage,
  encodePng,
  encodeJpeg,
  resizeImage,
  cropImage,
  drawOverlay,
  type Image,
  type ResizeOptions,
} from './image.js';
export { differenceOf, rgbImage } from './difference.js';
export { contactSheet, paste, type ContactSheetOptions } from './contact-sheet.js';
export { strokeText, strokeTextWidth, type StrokeTextOptions } from './stroke-text.js';
export {
  encodeNpy,
  decodeNpy,
  readNpy,
  writeNpy,
  encodeNpz,
  decodeNpz,
  readNpz,
  writeNpz,
  type NpyArray,
} from './npy.js';
export { readNpyRows } from './npy-rows.js';
