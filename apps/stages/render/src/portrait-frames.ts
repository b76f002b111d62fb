// The portrait's own pixels behind the stage's port: camera, speech frame and eyes go to the renderers of
// @portrait/nerf, free or into a recorded frame; a transparent picture is made from a picture over black and its
// opacity.
import { cameraFromTransform, openFootageRenderer, openPortraitRenderer } from '@portrait/nerf';
import type { FrameRenderer, OpenRenderer } from './frame-renderer.js';
import { straightAlpha } from './straight-alpha.js';

export const openPortraitFrames: OpenRenderer = async (ctx, inputs, params, plan): Promise<FrameRenderer> => {
  const { head, torso, poses, audioFeatures, labels, torsoLayer } = inputs;
  const options = {
    signal: ctx.signal,
    earlyStopEps: params.terminate,
    precision: params.precision,
    audioSmoothing: params.audioSmoothing,
    ...(params.appearance !== 'mean' && { appearance: params.appearance }),
    ...(plan.rest && { rest: plan.rest }),
  };
  if (plan.footage && labels && torsoLayer) {
    const renderer = await openFootageRenderer(
      ctx.artifacts,
      { ...inputs, labels, torsoLayer },
      { ...options, ...plan.footage },
    );
    return {
      size: renderer.size,
      async render({ cameraToWorld, speechFrame, eye, rest, base }) {
        const camera = cameraFromTransform(cameraToWorld);
        return (await renderer.renderFrame({ base: base!, camera, audioFrame: speechFrame, eye, rest })).rgb;
      },
      close: () => renderer.close(),
    };
  }
  const renderer = await openPortraitRenderer(ctx.artifacts, { head, torso, poses, audioFeatures }, options);
  const { size } = renderer;
  const black = new Uint8Array(size * size * 3);
  return {
    size,
    async render({ cameraToWorld, speechFrame, eye, rest, backdrop }) {
      const { rgb, alpha } = await renderer.renderFrame({
        camera: cameraFromTransform(cameraToWorld),
        audioFrame: speechFrame,
        eye,
        rest,
        background: backdrop ?? black,
        wantAlpha: backdrop === null,
      });
      return alpha ? straightAlpha(rgb, alpha) : rgb;
    },
    close: () => Promise.resolve(),
  };
};
