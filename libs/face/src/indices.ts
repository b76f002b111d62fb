// Names for MediaPipe's landmark numbers. "Left" and "right" are the subject's own: the left eye is on the picture's
// right.

/** Rings are closed polygons in order. */
export const LEFT_EYE = [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249] as const;
export const RIGHT_EYE = [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7] as const;
export const LIPS_OUTER = [
  61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185,
] as const;
export const LIPS_INNER = [
  78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191,
] as const;
export const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
] as const;
/** The underside of the nose from nostril to nostril: points 31–35 of the 68-point scheme. */
export const NOSE_BASE = [98, 97, 2, 326, 327] as const;

/** Centre of each iris; the four that follow lie on its edge. */
export const LEFT_IRIS = 473;
export const RIGHT_IRIS = 468;
export const FACE_TOP = 10;
export const CHIN = 152;
export const NOSE_TIP = 1;
export const MOUTH_RIGHT_CORNER = 61;
export const MOUTH_LEFT_CORNER = 291;
/** Opposite points of the inner lips: the middle and one on either side. [upper, lower] */
export const INNER_LIP_PAIRS = [
  [13, 14],
  [82, 87],
  [312, 317],
] as const;

/** Points that hardly move with expression, for pose: forehead, temples, nose, upper cheeks, eye corners. */
export const RIGID = [
  10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 33, 133, 362, 263, 98, 327, 129, 358, 49, 279, 67, 297, 109, 338, 69,
  299, 108, 337, 104, 333, 54, 284, 21, 251, 162, 389, 127, 356, 143, 372, 116, 345, 117, 346, 118, 347, 119, 348, 50,
  280, 101, 330, 36, 266, 193, 417, 122, 351, 188, 412, 196, 419, 174, 399, 236, 456,
] as const;

/** Names of the 52 blendshape scores, in MediaPipe's order. */
export const BLENDSHAPE_NAMES = [
  '_neutral',
  'browDownLeft',
  'browDownRight',
  'browInnerUp',
  'browOuterUpLeft',
  'browOuterUpRight',
  'cheekPuff',
  'cheekSquintLeft',
  'cheekSquintRight',
  'eyeBlinkLeft',
  'eyeBlinkRight',
  'eyeLookDownLeft',
  'eyeLookDownRight',
  'eyeLookInLeft',
  'eyeLookInRight',
  'eyeLookOutLeft',
  'eyeLookOutRight',
  'eyeLookUpLeft',
  'eyeLookUpRight',
  'eyeSquintLeft',
  'eyeSquintRight',
  'eyeWideLeft',
  'eyeWideRight',
  'jawForward',
  'jawLeft',
  'jawOpen',
  'jawRight',
  'mouthClose',
  'mouthDimpleLeft',
  'mouthDimpleRight',
  'mouthFrownLeft',
  'mouthFrownRight',
  'mouthFunnel',
  'mouthLeft',
  'mouthLowerDownLeft',
  'mouthLowerDownRight',
  'mouthPressLeft',
  'mouthPressRight',
  'mouthPucker',
  'mouthRight',
  'mouthRollLower',
  'mouthRollUpper',
  'mouthShrugLower',
  'mouthShrugUpper',
  'mouthSmileLeft',
  'mouthSmileRight',
  'mouthStretchLeft',
  'mouthStretchRight',
  'mouthUpperUpLeft',
  'mouthUpperUpRight',
  'noseSneerLeft',
  'noseSneerRight',
] as const;
export type BlendshapeName = (typeof BLENDSHAPE_NAMES)[number];
