// Six classes of the network → the four of the portrait (paper §3.1: head, neck, torso, background). Chin and face size
// come from the face-skin region, so that no landmarks are needed.
import { LABEL, PARSING_CLASS } from '@portrait/face';
import { connectedRegions, findRegions, type Region } from './regions.js';

/** Lengths in face heights (top of the face skin to the chin) or face widths. Ours, tuned on four people. */
const RULES = {
  /** The class "others" (earrings, glasses, caps) belongs to the head down to this far below the chin. */
  othersBelowChin: 0.15,
  /** Body skin higher than this above the chin is an ear or a cheek. */
  skinAboveChin: 0.35,
  /** The neck ends this far below the chin; bare skin below is torso. */
  neckBelowChin: 0.9,
  /** The neck must touch the face within this many face widths of the chin. */
  neckContact: 1,
} as const;
/** Shares of the picture's area. */
const MIN_FACE_SHARE = 0.002;
/** A smaller region that does not touch the person is a speck. */
const MIN_DETACHED_SHARE = 0.003;
/** Larger holes in the person are not filled. */
const MAX_HOLE_SHARE = 0.005;
/** Share of the face skin cut off at each end of the face box, so that stray pixels do not move the chin. */
const FACE_BOX_TRIM = 0.005;

export interface FaceBox {
  top: number;
  chin: number;
  left: number;
  right: number;
}

/** What a region is; `neck-skin`, `other-skin` and `others` are labelled row by row. */
type RegionRole = 'background' | 'head' | 'torso' | 'neck-skin' | 'other-skin' | 'others';

interface LabelMap {
  /** [size,size] of LABEL. */
  labels: Uint8Array;
  /** null where there is no face; the labels then use the box of an earlier frame, if any. */
  face: FaceBox | null;
}

export function toLabels(classes: Uint8Array, size: number, earlier: FaceBox | null = null): LabelMap {
  const pixels = size * size;
  const { ids, list } = findRegions(classes, size);
  const face = largest(list.filter((r) => r.class === PARSING_CLASS.faceSkin && r.area >= MIN_FACE_SHARE * pixels));
  const box = face ? boxOf(face, ids, size) : earlier;
  const labels = new Uint8Array(pixels);
  if (!box) {
    for (let p = 0; p < pixels; p++) labels[p] = withoutFace(classes[p]!);
    return { labels, face: null };
  }
  const roles = assignRoles(list, face, box, size);
  const height = box.chin - box.top;
  const rows = {
    others: box.chin + RULES.othersBelowChin * height,
    skin: box.chin - RULES.skinAboveChin * height,
    neck: box.chin + RULES.neckBelowChin * height,
  };
  for (let y = 0, p = 0; y < size; y++) {
    for (let x = 0; x < size; x++, p++) labels[p] = labelOf(roles[ids[p]!]!, y, rows);
  }
  return { labels, face: face ? box : null };
}

function labelOf(role: RegionRole, y: number, rows: { others: number; skin: number; neck: number }): number {
  switch (role) {
    case 'background':
      return LABEL.background;
    case 'head':
      return LABEL.head;
    case 'torso':
      return LABEL.torso;
    case 'others':
      return y < rows.others ? LABEL.head : LABEL.torso;
    case 'neck-skin':
      return y < rows.skin ? LABEL.head : y < rows.neck ? LABEL.neck : LABEL.torso;
    case 'other-skin':
      return y < rows.skin ? LABEL.head : LABEL.torso;
  }
}

const withoutFace = (c: number): number =>
  c === PARSING_CLASS.background
    ? LABEL.background
    : c === PARSING_CLASS.hair || c === PARSING_CLASS.faceSkin
      ? LABEL.head
      : LABEL.torso;

function largest(regions: readonly Region[]): Region | null {
  return regions.reduce<Region | null>((best, r) => (best && best.area >= r.area ? best : r), null);
}

function boxOf(face: Region, ids: Int32Array, size: number): FaceBox {
  const rows = new Uint32Array(size);
  const columns = new Uint32Array(size);
  for (let y = face.top; y <= face.bottom; y++) {
    for (let x = face.left; x <= face.right; x++) {
      if (ids[y * size + x] !== face.id) continue;
      rows[y]!++;
      columns[x]!++;
    }
  }
  const between = (counts: Uint32Array): [number, number] => {
    const margin = FACE_BOX_TRIM * face.area;
    let [low, high, below, above] = [0, size - 1, 0, 0];
    while ((below += counts[low]!) < margin) low++;
    while ((above += counts[high]!) < margin) high--;
    return [low, high];
  };
  const [top, chin] = between(rows);
  const [left, right] = between(columns);
  return { top, chin, left, right };
}

function assignRoles(list: readonly Region[], face: Region | null, box: FaceBox, size: number): RegionRole[] {
  const pixels = size * size;
  const isPerson = (r: Region): boolean => r.class !== PARSING_CLASS.background;
  const isHead = (r: Region): boolean =>
    r.class === PARSING_CLASS.hair || r.class === PARSING_CLASS.faceSkin || r.class === PARSING_CLASS.others;
  const person = face ? connectedRegions(list, face, isPerson) : null;
  const head = face ? connectedRegions(list, face, isHead) : null;
  const width = box.right - box.left;
  const middle = (r: Region): number => (r.top + r.bottom) / 2;
  const backdrop = largest(list.filter((r) => !isPerson(r)));

  const roleOf = (r: Region): RegionRole => {
    if (!isPerson(r)) {
      const hole = r !== backdrop && r.area <= MAX_HOLE_SHARE * pixels && r.top > box.top;
      return hole ? (middle(r) < box.chin ? 'head' : 'torso') : 'background';
    }
    // Detached from the face: keep a hand that enters from below, drop specks.
    const entersFromBelow = r.bottom === size - 1 && r.area >= MIN_DETACHED_SHARE * pixels;
    if (person && !person.has(r.id) && !entersFromBelow) return 'background';
    switch (r.class) {
      case PARSING_CLASS.hair:
      case PARSING_CLASS.faceSkin:
        return !head || head.has(r.id) || middle(r) < box.chin ? 'head' : 'torso';
      case PARSING_CLASS.others:
        return 'others';
      case PARSING_CLASS.bodySkin: {
        const contact = face ? r.neighbours.get(face.id) : undefined;
        return contact !== undefined && Math.abs(box.chin - contact) < RULES.neckContact * width
          ? 'neck-skin'
          : 'other-skin';
      }
      default:
        return 'torso';
    }
  };
  return list.map(roleOf);
}
