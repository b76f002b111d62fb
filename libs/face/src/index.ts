// What the product knows about faces: landmarks and their numbers, regions, measures, the canonical shape.
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
  MOUTH_LEFT_CORNER,
  MOUTH_RIGHT_CORNER,
  NOSE_BASE,
  NOSE_TIP,
  RIGHT_EYE,
  RIGHT_IRIS,
  RIGID,
  type BlendshapeName,
} from './indices.js';
export {
  faceRect,
  fullFaceRect,
  leftEyeRect,
  lipsRect,
  MINIMUM_LIPS_SIDE,
  rightEyeRect,
  type Rect,
} from './regions.js';
export { eyeAperture, eyeRatio, mouthOpening, mouthWidth, polygonArea, quantile } from './measures.js';
export { canonicalFace, type CanonicalFace } from './canonical-face.js';
export { LANDMARK_ARRAYS, LANDMARK_FILE, readLandmarks, type LandmarkArrayName } from './landmark-file.js';
export { LABEL, LABEL_NAMES, type LabelName } from './labels.js';
export {
  LANDMARK_COUNT,
  detectLandmarks,
  openFaceLandmarker,
  type DetectedFace,
  type DetectOptions,
  type FaceLandmarker,
  type LandmarkerOptions,
} from './mediapipe/landmarker.js';
export {
  CLASS_COUNT,
  NETWORK_SIDE,
  openSegmenter,
  PARSING_CLASS,
  type Segmenter,
  type SegmenterOptions,
} from './segmentation/segmenter.js';
export {
  generateMovingPortrait,
  type MotionTruth,
  type MovingPortrait,
  type MovingPortraitOptions,
  type Photograph,
} from './moving-portrait/index.js';
