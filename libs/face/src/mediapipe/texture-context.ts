// A WebGL2 context that only stores textures. MediaPipe's web glue uploads a picture with texImage2D and, with the CPU
// delegate, reads it back with readPixels; it draws nothing in between. Drawing throws.

interface Texture {
  width: number;
  height: number;
  pixels: Uint8ClampedArray | Uint8Array | null;
}
interface Framebuffer {
  color: Texture | null;
}
export interface Picture {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}

const VENDOR = 0x1f00;
const RENDERER = 0x1f01;
const VERSION = 0x1f02;
const SHADING_LANGUAGE_VERSION = 0x8b8c;
const MAX_TEXTURE_SIZE = 0x0d33;
const FRAMEBUFFER_BINDING = 0x8ca6;
const FRAMEBUFFER_COMPLETE = 0x8cd5;
const UNPACK_FLIP_Y_WEBGL = 0x9240;
const ALREADY_SIGNALED = 0x911a;

/** Calls without an effect on the stored textures. */
const IGNORED_CALLS = [
  'activeTexture',
  'texParameteri',
  'texParameterf',
  'deleteFramebuffer',
  'deleteSync',
  'waitSync',
  'flush',
  'finish',
  'viewport',
  'disable',
  'enable',
  'clear',
  'clearColor',
  'bindBuffer',
  'deleteBuffer',
  'bufferData',
  'bufferSubData',
] as const;

export class TextureContext {
  readonly TEXTURE_2D = 0x0de1;
  readonly RGBA = 0x1908;
  readonly RED = 0x1903;
  readonly FLOAT = 0x1406;
  readonly UNSIGNED_BYTE = 0x1401;
  readonly UNPACK_FLIP_Y_WEBGL = UNPACK_FLIP_Y_WEBGL;
  readonly FRAMEBUFFER = 0x8d40;
  readonly COLOR_ATTACHMENT0 = 0x8ce0;
  readonly drawingBufferWidth = 1;
  readonly drawingBufferHeight = 1;
  #texture: Texture | null = null;
  #framebuffer: Framebuffer | null = null;
  #flipRows = false;

  constructor(readonly canvas: object) {}

  getContextAttributes(): object {
    return {
      alpha: true,
      antialias: false,
      depth: false,
      stencil: false,
      premultipliedAlpha: true,
      preserveDrawingBuffer: false,
    };
  }
  isContextLost(): boolean {
    return false;
  }
  getSupportedExtensions(): string[] {
    return [];
  }
  getExtension(): null {
    return null;
  }
  getError(): number {
    return 0;
  }
  getParameter(name: number): unknown {
    switch (name) {
      case VERSION:
        return 'WebGL 2.0 (textures only)';
      case SHADING_LANGUAGE_VERSION:
        return 'WebGL GLSL ES 3.00 (textures only)';
      case VENDOR:
      case RENDERER:
        return 'none';
      case MAX_TEXTURE_SIZE:
        return 16384;
      case FRAMEBUFFER_BINDING:
        return this.#framebuffer;
      default:
        return 0;
    }
  }

  createTexture(): Texture {
    return { width: 0, height: 0, pixels: null };
  }
  deleteTexture(texture: Texture | null): void {
    if (texture) texture.pixels = null;
    if (this.#texture === texture) this.#texture = null;
  }
  bindTexture(_target: number, texture: Texture | null): void {
    this.#texture = texture;
  }
  pixelStorei(name: number, value: number | boolean): void {
    if (name === UNPACK_FLIP_Y_WEBGL) this.#flipRows = Boolean(value);
  }
  texStorage2D(_target: number, _levels: number, _format: number, width: number, height: number): void {
    Object.assign(this.#bound(), { width, height, pixels: null });
  }
  /**
   * (target, level, internalFormat, format, type, picture) or
   * (target, level, internalFormat, width, height, border, format, type, pixels)
   */
  texImage2D(...args: [number, number, number, number, number, Picture | number, ...unknown[]]): void {
    const texture = this.#bound();
    const picture = args[5];
    if (typeof picture === 'object') {
      const { width, height, data } = picture;
      Object.assign(texture, { width, height, pixels: this.#flipRows ? flipped(data, width, height) : data });
    } else {
      if (args[8] != null) throw new Error('a texture made from raw memory is not supported');
      Object.assign(texture, { width: args[3], height: args[4], pixels: null });
    }
  }
  #bound(): Texture {
    if (!this.#texture) throw new Error('no texture is bound');
    return this.#texture;
  }

  createFramebuffer(): Framebuffer {
    return { color: null };
  }
  bindFramebuffer(_target: number, framebuffer: Framebuffer | null): void {
    this.#framebuffer = framebuffer;
  }
  framebufferTexture2D(_target: number, _attachment: number, _textureTarget: number, texture: Texture | null): void {
    if (this.#framebuffer) this.#framebuffer.color = texture;
  }
  checkFramebufferStatus(): number {
    return FRAMEBUFFER_COMPLETE;
  }
  readPixels(
    x: number,
    y: number,
    width: number,
    height: number,
    _format: number,
    _type: number,
    target: Uint8Array,
    offset = 0,
  ): void {
    const texture = this.#framebuffer?.color;
    if (!texture?.pixels) throw new Error('readPixels without a picture');
    if (x !== 0 || y !== 0 || width !== texture.width || height !== texture.height)
      throw new Error('readPixels of a part is not supported');
    target.set(texture.pixels, offset);
  }

  createBuffer(): object {
    return {};
  }
  fenceSync(): object {
    return {};
  }
  clientWaitSync(): number {
    return ALREADY_SIGNALED;
  }
  drawArrays(): void {
    throw new Error('drawing is not supported; the CPU delegate does not need it');
  }
}
for (const name of IGNORED_CALLS) Object.defineProperty(TextureContext.prototype, name, { value: () => undefined });

function flipped(pixels: Uint8ClampedArray, width: number, height: number): Uint8ClampedArray {
  const result = new Uint8ClampedArray(pixels.length);
  const row = width * 4;
  for (let y = 0; y < height; y++) result.set(pixels.subarray(y * row, (y + 1) * row), (height - 1 - y) * row);
  return result;
}
