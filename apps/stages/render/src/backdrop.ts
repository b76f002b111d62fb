// What stands behind the person, one RGB picture a frame: the plate, a colour, an image, or a looped video.
// Not here: mixing it with the person, which the renderer does, and transparency, where there is nothing behind.
import { CLIP_FPS, PortraitError } from '@portrait/contracts';
import {
  checkToneMap,
  identifyFile,
  probeMedia,
  readFrames,
  readImage,
  resizeImage,
  toneMapFilters,
  type Image,
  type VideoStreamInfo,
} from '@portrait/media';

export interface Backdrop {
  /** Picture behind frame `index`, [size, size, 3]. Frames are asked for in increasing order. */
  frame(index: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

const still = (rgb: Uint8Array): Backdrop => ({ frame: () => Promise.resolve(rgb), close: () => Promise.resolve() });

export function colourBackdrop(colour: string, size: number): Backdrop {
  const rgb = new Uint8Array(size * size * 3);
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  for (let i = 0; i < rgb.length; i++) rgb[i] = channels[i % 3]!;
  return still(rgb);
}

/** What is seen through the holes of a transparent picture. */
const BEHIND_TRANSPARENCY = 255;

/** The picture, cut to cover the square; transparent parts are white, as on paper. */
export async function imageBackdrop(path: string, size: number): Promise<Backdrop> {
  return still(rgbOf(onWhite(await resizeImage(await readImage(path), size, size, { fit: 'cover' }))));
}

function onWhite(image: Image): Image {
  if (image.channels !== 4) return image;
  const data = new Uint8Array(image.width * image.height * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3) * 4;
    const alpha = image.data[pixel + 3]! / 255;
    data[i] = Math.round(image.data[pixel + (i % 3)]! * alpha + BEHIND_TRANSPARENCY * (1 - alpha));
  }
  return { ...image, channels: 3, data };
}

/** An image or a video, told apart by what it holds. Throws INPUT_UNREADABLE, INPUT_NO_VIDEO. */
export async function mediaBackdrop(path: string, size: number, signal: AbortSignal): Promise<Backdrop> {
  const { picture, demuxer } = await identifyFile(path);
  // GIF is read as a video; of an animated WebP or AVIF the first picture is taken.
  if (picture && demuxer !== 'gif') return imageBackdrop(path, size);
  const info = await probeMedia(path, { signal });
  if (!info.video)
    throw new PortraitError('INPUT_NO_VIDEO', 'The background has no picture.', {
      at: { file: path },
      hint: 'Give an image or a video.',
    });
  await checkToneMap(path, info.video, signal);
  return new LoopedVideo(path, size, info.video, signal);
}

/** Plays a video at 25 fps again and again. Its length in frames is only known when its end has been seen. */
class LoopedVideo implements Backdrop {
  #frames: AsyncGenerator<Uint8Array> | undefined;
  /** Frame of the loop that `#frames` gives next. */
  #next = 0;
  #length: number | undefined;
  #last: { index: number; rgb: Uint8Array } | undefined;

  constructor(
    private readonly path: string,
    private readonly size: number,
    private readonly video: VideoStreamInfo,
    private readonly signal: AbortSignal,
  ) {}

  async frame(index: number): Promise<Uint8Array> {
    if (this.#last?.index === index) return this.#last.rgb;
    let wanted = this.#length === undefined ? index : index % this.#length;
    for (;;) {
      if (!this.#frames || wanted < this.#next) await this.#rewind();
      const { value, done } = await this.#frames!.next();
      if (done) {
        if (this.#next === 0)
          throw new PortraitError('INPUT_UNREADABLE', 'The background video holds no frame.', {
            at: { file: this.path },
            hint: 'Check that it plays, or give an image.',
          });
        this.#length ??= this.#next;
        wanted = index % this.#length;
        await this.#rewind();
        continue;
      }
      if (this.#next++ !== wanted) continue;
      this.#last = { index, rgb: value };
      return value;
    }
  }

  async close(): Promise<void> {
    await this.#frames?.return(undefined);
    this.#frames = undefined;
  }

  async #rewind(): Promise<void> {
    await this.close();
    const { size, video } = this;
    this.#frames = readFrames(this.path, {
      pixelFormat: 'rgb24',
      width: size,
      height: size,
      signal: this.signal,
      filters: [
        `fps=${CLIP_FPS}`,
        ...toneMapFilters(video),
        ...(video.sampleAspectRatio === 1 ? [] : [`scale=${video.width}:${video.height}`, 'setsar=1']),
        `scale=${size}:${size}:force_original_aspect_ratio=increase`,
        `crop=${size}:${size}`,
      ],
    });
    this.#next = 0;
  }
}

function rgbOf(image: Image): Uint8Array {
  if (image.channels === 3) return image.data;
  const { channels, data } = image;
  const rgb = new Uint8Array(image.width * image.height * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = data[Math.floor(i / 3) * channels + (channels === 1 ? 0 : i % 3)]!;
  return rgb;
}
