import { describe, expect, it } from '@jest/globals';
import { LABEL, PARSING_CLASS } from '@portrait/face';
import { toLabels } from './label-map.js';

const SIZE = 100;
const { hair, bodySkin, faceSkin, clothes, others } = PARSING_CLASS;

/** A bust: hair 20–30, face 30–60 (chin at 59), neck 60–70, clothes from 70 down. */
function bust(): Uint8Array {
  const classes = new Uint8Array(SIZE * SIZE);
  rectangle(classes, hair, 35, 20, 65, 30);
  rectangle(classes, faceSkin, 38, 30, 62, 60);
  rectangle(classes, bodySkin, 43, 60, 57, 70);
  rectangle(classes, clothes, 15, 70, 85, 100);
  return classes;
}
function rectangle(classes: Uint8Array, value: number, left: number, top: number, right: number, bottom: number): void {
  for (let y = top; y < bottom; y++) classes.fill(value, y * SIZE + left, y * SIZE + right);
}
const at = (labels: Uint8Array, x: number, y: number): number => labels[y * SIZE + x]!;

describe('toLabels', () => {
  it('labels head, neck, torso and background, and finds the face box', () => {
    const { labels, face } = toLabels(bust(), SIZE);
    expect([at(labels, 50, 25), at(labels, 50, 45), at(labels, 50, 65), at(labels, 50, 85), at(labels, 5, 5)]).toEqual([
      LABEL.head,
      LABEL.head,
      LABEL.neck,
      LABEL.torso,
      LABEL.background,
    ]);
    expect(face).toEqual({ top: 30, chin: 59, left: 38, right: 61 });
  });

  it('ends a bare neck below the chin and labels arms torso', () => {
    const classes = bust();
    rectangle(classes, bodySkin, 43, 60, 57, 100); // a deep neckline
    rectangle(classes, bodySkin, 20, 80, 30, 100); // a hand in front of the clothes
    const { labels } = toLabels(classes, SIZE);
    expect(at(labels, 50, 84)).toBe(LABEL.neck);
    expect(at(labels, 50, 95)).toBe(LABEL.torso);
    expect(at(labels, 25, 90)).toBe(LABEL.torso);
  });

  it('labels earrings and glasses head, a microphone torso', () => {
    const classes = bust();
    rectangle(classes, others, 62, 50, 64, 56);
    rectangle(classes, others, 50, 80, 54, 90);
    const { labels } = toLabels(classes, SIZE);
    expect(at(labels, 63, 53)).toBe(LABEL.head);
    expect(at(labels, 52, 85)).toBe(LABEL.torso);
  });

  it('drops detached specks and fills small holes in the person', () => {
    const classes = bust();
    rectangle(classes, clothes, 2, 2, 5, 5);
    rectangle(classes, 0, 50, 85, 54, 89);
    rectangle(classes, 0, 48, 40, 50, 42);
    const { labels } = toLabels(classes, SIZE);
    expect(at(labels, 3, 3)).toBe(LABEL.background);
    expect(at(labels, 52, 87)).toBe(LABEL.torso);
    expect(at(labels, 49, 41)).toBe(LABEL.head);
  });

  it('keeps a hand that enters from below', () => {
    const classes = bust();
    rectangle(classes, bodySkin, 2, 80, 10, 100);
    expect(at(toLabels(classes, SIZE).labels, 5, 90)).toBe(LABEL.torso);
  });

  it('reports a missing face and still labels the rest', () => {
    const classes = new Uint8Array(SIZE * SIZE);
    rectangle(classes, clothes, 15, 70, 85, 100);
    const { labels, face } = toLabels(classes, SIZE);
    expect(face).toBeNull();
    expect(at(labels, 50, 85)).toBe(LABEL.torso);
  });
});
