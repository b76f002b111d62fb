// Faces: landmark files and indices, regions, measures, the canonical shape, landmark and segmentation models.
export {
  BLENDSHAPE_NAMES,
  CHIN,
  FACE_OVAL,
  FACE_TOP,
  INNER_LIP_PAIRS,
  LEFT_EYE,
  LEFT_IRIS,
  LIPS_INNER,
  LIPS_OUTER,
  RIGHT_EYE,
  RIGHT_IRIS,
  RIGID,
} from './indices.js';
export { faceRect, fullFaceRect, leftEyeRect, lipsRect, rightEyeRect, type Rect } from './regions.js';
export { eyeAperture, eyeRatio, mouthOpening, mouthWidth, quantile } from './measures.js';
export { canonicalFace } from './canonical-face.js';
export { LANDMARK_ARRAYS, LANDMARK_FILE, readLandmarks, type LandmarkArrayName } from './landmark-file.js';
export { LABEL, LABEL_NAMES } from './labels.js';
export {
  LANDMARK_COUNT,
  detectLandmarks,
  openFaceLandmarker,
  type DetectedFace,
  type FaceLandmarker,
} from './mediapipe/landmarker.js';
export { CLASS_COUNT, NETWORK_SIDE, openSegmenter, PARSING_CLASS, type Segmenter } from './segmentation/segmenter.js';
export { generateMovingPortrait, type MovingPortrait, type Photograph } from './moving-portrait/index.js';
