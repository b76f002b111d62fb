// Stage landmarks.
export {
  landmarksParamsSchema,
  landmarksStage,
  type LandmarksInputs,
  type LandmarksOutputs,
  type LandmarksParams,
} from './stage.js';
