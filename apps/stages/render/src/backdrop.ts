// What stands behind the person, one RGB picture a frame: the plate, a colour, an image, or a looped video.
// Not here: mixing it with the person, which the renderer does, and transparency, where there is nothing behind.
import { CLIP_FPS, PortraitError } from '@portrait/contracts';
import { probeMedia, readFrames, readImage, resizeImage, type Image } from '@portrait/media';

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

/** The picture alone, without alpha, cut to cover the square. */
export async function imageBackdrop(path: string, size: number): Promise<Backdrop> {
  return still(rgbOf(await resizeImage(await readImage(path), size, size, { fit: 'cover' })));
}

/** An image or a video, told apart by what it holds. Throws INPUT_UNREADABLE, INPUT_NO_VIDEO. */
export async function mediaBackdrop(path: string, size: number, signal: AbortSignal): Promise<Backdrop> {
  const info = await probeMedia(path, { signal });
  if (!info.video)
    throw new PortraitError('INPUT_NO_VIDEO', 'The background has no picture.', {
      at: { file: path },
      hint: 'Give an image or a video.',
    });
  // ffmpeg reads a picture file as a video of one frame without a length.
  const isStill =
    info.video.frames === 1 ||
    /_pipe$|^image2$/.test(info.container) ||
    (info.video.frames === undefined && info.seconds === 0);
  return isStill ? imageBackdrop(path, size) : new LoopedVideo(path, size, signal);
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
    const { size } = this;
    this.#frames = readFrames(this.path, {
      pixelFormat: 'rgb24',
      width: size,
      height: size,
      signal: this.signal,
      filters: [
        `fps=${CLIP_FPS}`,
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
