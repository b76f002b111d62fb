// The browser globals that @mediapipe/tasks-vision expects. Call `prepareGlobals` before the package is imported, in a
// worker thread only.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { TextureContext, type Picture } from './texture-context.js';

const require = createRequire(import.meta.url);

/** The image type of the package: RGBA, 8 bits. */
export class RgbaPicture implements Picture {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

export function prepareGlobals(): void {
  const silent = (): void => undefined;
  const browser: Record<string, unknown> = {
    self: globalThis,
    navigator: { userAgent: 'node', platform: 'linux' },
    ImageData: RgbaPicture,
    WebGL2RenderingContext: TextureContext,
    // For instanceof checks; the context must not be an instance of these.
    WebGLRenderingContext: class {},
    OffscreenCanvasRenderingContext2D: class {},
    WebGLTexture: class {},
    importScripts: runScript,
    Module: { print: silent, printErr: silent },
  };
  for (const [name, value] of Object.entries(browser))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Runs the package's WebAssembly loader, a classic script, and publishes the one name it defines. */
function runScript(path: string): void {
  const code = `${readFileSync(path, 'utf8')}\n;globalThis.ModuleFactory = ModuleFactory;\n//# sourceURL=${path}`;
  new Function('require', '__dirname', '__filename', 'module', 'exports', code)(
    require,
    dirname(path),
    path,
    { exports: {} },
    {},
  );
}

/** A new canvas for each task: the package keeps state in the context. */
export function makeCanvas(): object {
  const canvas: Record<string, unknown> = {
    width: 1,
    height: 1,
    style: {},
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  const context = new TextureContext(canvas);
  canvas['getContext'] = (kind: string) => (kind === 'webgl2' ? context : null);
  return canvas;
}

/** Paths of the package's SIMD WebAssembly build. */
export function wasmFileset(): { wasmLoaderPath: string; wasmBinaryPath: string } {
  const base = join(dirname(require.resolve('@mediapipe/tasks-vision')), 'wasm', 'vision_wasm_internal');
  return { wasmLoaderPath: `${base}.js`, wasmBinaryPath: `${base}.wasm` };
}
