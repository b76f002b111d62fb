// The portrait's own pixels behind the stage's port: camera, speech frame and eyes go to the renderer of @portrait/nerf,
// and a transparent picture is made from a picture over black and its opacity.
import { cameraFromTransform, openPortraitRenderer } from '@portrait/nerf';
import type { FrameRenderer, OpenRenderer } from './frame-renderer.js';
import { straightAlpha } from './straight-alpha.js';

export const openPortraitFrames: OpenRenderer = async (ctx, inputs, params): Promise<FrameRenderer> => {
  const { head, torso, poses, audioFeatures } = inputs;
  const renderer = await openPortraitRenderer(
    ctx.artifacts,
    { head, torso, poses, audioFeatures },
    {
      signal: ctx.signal,
      terminate: params.terminate,
      audioSmoothing: params.audioSmoothing,
      ...(params.appearance !== 'mean' && { appearance: params.appearance }),
    },
  );
  const { size } = renderer;
  const black = new Uint8Array(size * size * 3);
  return {
    size,
    async render({ cameraToWorld, speechFrame, eye, backdrop }) {
      const { rgb, alpha } = await renderer.renderFrame({
        camera: cameraFromTransform(cameraToWorld),
        audioFrame: speechFrame,
        eye,
        background: backdrop ?? black,
        wantAlpha: backdrop === null,
      });
      return alpha ? straightAlpha(rgb, alpha) : rgb;
    },
    close: () => Promise.resolve(),
  };
};
