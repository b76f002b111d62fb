// The four classes of a label map, one byte a pixel.

export const LABEL = { background: 0, head: 1, neck: 2, torso: 3 } as const;
export type LabelName = keyof typeof LABEL;
/** Name of each class id. */
export const LABEL_NAMES = ['background', 'head', 'neck', 'torso'] as const satisfies readonly LabelName[];
