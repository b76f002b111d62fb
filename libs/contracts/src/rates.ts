// Rates of every clip and video. Imports nothing, so that workflow code may load it.

/** Frames a second. */
export const CLIP_FPS = 25;
/** Audio samples a second, mono. */
export const SAMPLE_RATE = 16000;
