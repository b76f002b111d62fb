// Judges the faces: there, one, whole, large enough, sharp, lit, turning, and always the same person.
import { CLIP_FPS, type Finding } from '@portrait/contracts';
import type { Source } from './check-streams.js';
import { KEPT_FACE } from './crop.js';
import type { FaceMeasures, FaceSample } from './face-scan.js';
import { atFrame } from './findings.js';
import { personDistance } from './person.js';
import type { IngestParams } from '@portrait/contracts';
import { longestRun, mean, median, percentile } from './statistics.js';

/** See personDistance. Where the background changes too, less difference of the head is needed. */
const OTHER_PERSON = { newScene: 1.5, sameScene: 2.6 };
/** Change of gray level of the background over a cut; jump cuts of a fixed camera: below 10. */
const NEW_SCENE = 20;
/** Heads in a stretch: too few to say anything, enough to be sure. */
const FEW_HEADS = 3;
const SURE_HEADS = 8;
/** Shape of a face turned further than this is guessed rather than seen. */
const SHAPE_YAW = 25;
/** A blur of about two pixels; see FaceMeasures.sharpness. */
const SOFT = 0.3;
const DARK = 45;
const BRIGHT = 225;

type SeenFace = FaceSample & { face: FaceMeasures };

/** `samples` are the grading frames, `step` frames apart. */
export function gradeFaces(
  source: Source,
  samples: readonly FaceSample[],
  step: number,
  scene: { cuts: readonly number[]; borderDifferences: readonly number[] },
  thresholds: IngestParams['thresholds'],
): Finding[] {
  const seen = samples.filter((s): s is SeenFace => s.face !== undefined);
  if (seen.length === 0) {
    return [
      {
        level: 'error',
        code: 'no-face',
        message: 'No face was found anywhere in the picture.',
        advice:
          'Give a recording of one person who faces the camera, head and shoulders in the picture, in good light.',
        at: atFrame(0),
      },
    ];
  }
  const findings = [
    ...gradePresence(samples, seen, step, thresholds),
    ...gradePlace(source, seen, thresholds),
    ...gradePerson(seen, scene.cuts, scene.borderDifferences),
  ];
  const yaws = seen.map((s) => s.face.yaw);
  const [leftmost, rightmost] = [percentile(yaws, 0.01), percentile(yaws, 0.99)];
  if (Math.max(-leftmost, rightmost) > thresholds.maxYawDegrees) {
    const worst = seen.reduce((a, b) => (Math.abs(b.face.yaw) > Math.abs(a.face.yaw) ? b : a));
    findings.push({
      level: 'warning',
      code: 'head-turns-far',
      message: `The head turns as far as ${Math.round(worst.face.yaw)}° from the camera.`,
      advice: 'Look toward the camera while speaking; beyond a quarter turn half of the mouth is hidden.',
      at: atFrame(worst.frame),
      value: worst.face.yaw,
    });
  }
  const sharpness = median(seen.map((s) => s.face.sharpness));
  if (sharpness < SOFT) {
    findings.push({
      level: 'warning',
      code: 'blurred',
      message: 'The face is out of focus or was enlarged.',
      advice: 'Focus on the eyes, and give the original recording instead of an enlarged copy.',
      at: atFrame(seen[seen.length >> 1]!.frame),
      value: sharpness,
    });
  }
  return [...findings, ...gradeLight(seen)];
}

function gradePresence(
  samples: readonly FaceSample[],
  seen: readonly FaceSample[],
  step: number,
  thresholds: IngestParams['thresholds'],
): Finding[] {
  const findings: Finding[] = [];
  const gap = longestRun(samples.map((s) => s.face === undefined));
  const gapSeconds = (gap.length * step) / CLIP_FPS;
  if (gap.length > 0) {
    const first = samples[gap.first]!.frame;
    const level = gapSeconds > thresholds.maxMissingSeconds ? 'error' : 'warning';
    findings.push({
      level,
      code: 'face-missing',
      message:
        `No face is seen for about ${gapSeconds.toFixed(1)} s from ${(first / CLIP_FPS).toFixed(2)} ` +
        `s on (${samples.length - seen.length} of ${samples.length} frames looked at).`,
      advice:
        'Stay in the picture and keep hands and papers off the face, or leave that part out with ' +
        'startSeconds and durationSeconds.',
      at: atFrame(first),
      value: gapSeconds,
    });
  }
  const crowded = seen.filter((s) => s.faces > 1);
  if (crowded.length > 0) {
    const share = crowded.length / samples.length;
    findings.push({
      level: share > thresholds.maxSecondFaceShare ? 'error' : 'warning',
      code: 'second-face',
      message:
        `A second face is in the picture in ${Math.round(100 * share)} % of the frames, first at ` +
        `${(crowded[0]!.frame / CLIP_FPS).toFixed(2)} s.`,
      advice: 'Give a recording of one person, or crop the others (also pictures on the wall) out of it.',
      at: atFrame(crowded[0]!.frame),
      value: share,
    });
  }
  return findings;
}

function gradePlace(source: Source, seen: readonly SeenFace[], thresholds: IngestParams['thresholds']): Finding[] {
  const findings: Finding[] = [];
  const { width, height } = source.video;
  const outside = seen.filter(({ face }) => {
    const slack = 0.02 * face.height; // The oval is a little wider than the skin.
    return face.left < -slack || face.top < -slack || face.right > width + slack || face.bottom > height + slack;
  });
  if (outside.length > 0) {
    const share = outside.length / seen.length;
    findings.push({
      level: share > thresholds.maxFaceCutShare ? 'error' : 'warning',
      code: 'face-cut-off',
      message:
        `The edge of the picture cuts the face in ${Math.max(1, Math.round(100 * share))} % of the ` +
        `frames, first at ${(outside[0]!.frame / CLIP_FPS).toFixed(2)} s.`,
      advice: 'Frame the whole head with some room around it.',
      at: atFrame(outside[0]!.frame),
      value: share,
    });
  }
  const faceHeight = median(seen.map((s) => s.face.height));
  if (faceHeight < thresholds.minFaceHeight) {
    findings.push({
      level: 'error',
      code: 'face-too-small',
      message:
        `The face is ${Math.round(faceHeight)} px high, hairline to chin; at least ` +
        `${thresholds.minFaceHeight} px are needed.`,
      advice: 'Come nearer to the camera, or give the recording at its full resolution.',
      at: atFrame(seen[0]!.frame),
      value: faceHeight,
    });
  } else if (faceHeight < 2 * thresholds.minFaceHeight) {
    findings.push({
      level: 'warning',
      code: 'face-small',
      message: `The face is only ${Math.round(faceHeight)} px high; the portrait cannot be sharper than that.`,
      advice: 'Come nearer to the camera, or give the recording at its full resolution.',
      at: atFrame(seen[0]!.frame),
      value: faceHeight,
    });
  }
  if (faceHeight > KEPT_FACE.largest * Math.min(width, height)) {
    findings.push({
      level: 'warning',
      code: 'face-fills-picture',
      message:
        `The face fills ${Math.round((100 * faceHeight) / Math.min(width, height))} % of the ` +
        "picture's height; neck and shoulders are missing.",
      advice: 'Step back until head and shoulders are in the picture.',
      at: atFrame(seen[0]!.frame),
      value: faceHeight / height,
    });
  }
  return findings;
}

/** One finding at most: the first stretch that does not show what the longest one shows. */
function gradePerson(
  seen: readonly SeenFace[],
  cuts: readonly number[],
  borderDifferences: readonly number[],
): Finding[] {
  const borders = [0, ...cuts, Infinity];
  const segments = borders
    .slice(0, -1)
    .map((start, i) => {
      const all = seen.filter((s) => s.frame >= start && s.frame < borders[i + 1]!);
      return {
        start,
        next: borders[i + 1]!,
        heads: all.filter((s) => Math.abs(s.face.yaw) < SHAPE_YAW).map((s) => s.face),
      };
    })
    .filter((s) => s.heads.length >= FEW_HEADS);
  if (segments.length < 2) return [];
  const main = segments.reduce((a, b) => (b.heads.length > a.heads.length ? b : a));
  for (const segment of segments) {
    if (segment === main) continue;
    // The cut that lies between the two: where the later one starts, or where this one ends.
    const cut = segment.start > main.start ? segment.start : segment.next;
    const sceneChanges = borderDifferences[cut]! > NEW_SCENE;
    const distance = personDistance(segment.heads, main.heads);
    const unsure = segment.heads.length < SURE_HEADS ? 0.4 : 0;
    if (distance > (sceneChanges ? OTHER_PERSON.newScene : OTHER_PERSON.sameScene) + unsure) {
      return [
        {
          level: 'error',
          code: 'person-changes',
          message: `The picture cuts to another person at ${(cut / CLIP_FPS).toFixed(2)} s.`,
          advice: 'Give a recording of one person only; leave the others out with startSeconds and durationSeconds.',
          at: atFrame(cut),
          value: distance,
        },
      ];
    }
    if (sceneChanges)
      return [
        {
          level: 'warning',
          code: 'scene-changes',
          message: `The background or the camera changes at ${(cut / CLIP_FPS).toFixed(2)} s.`,
          advice: 'Give a recording from one camera that stands still: there is one background for the whole portrait.',
          at: atFrame(cut),
          value: borderDifferences[cut]!,
        },
      ];
  }
  return [];
}

function gradeLight(seen: readonly SeenFace[]): Finding[] {
  const findings: Finding[] = [];
  const lumas = seen.map((s) => s.face.luma);
  const luma = median(lumas);
  const at = atFrame(seen[seen.length >> 1]!.frame);
  if (luma < DARK || luma > BRIGHT) {
    const dark = luma < DARK;
    findings.push({
      level: 'warning',
      code: dark ? 'face-dark' : 'face-bright',
      message: `The face is ${dark ? 'very dark' : 'overexposed'} (mean gray level ${Math.round(luma)} of 255).`,
      advice: dark ? 'Put a lamp or a window behind the camera.' : 'Lower the exposure until the skin shows detail.',
      at,
      value: luma,
    });
  }
  const sides = median(
    seen.map(
      ({ face }) => Math.max(face.lumaLeft, face.lumaRight) / Math.max(1, Math.min(face.lumaLeft, face.lumaRight)),
    ),
  );
  if (sides > 2.2)
    findings.push({
      level: 'warning',
      code: 'light-from-side',
      message: `One half of the face is ${sides.toFixed(1)} times as bright as the other.`,
      advice: 'Light the face from the front.',
      at,
      value: sides,
    });
  const drift = Math.sqrt(mean(lumas.map((v) => (v - mean(lumas)) ** 2))) / Math.max(1, mean(lumas));
  if (drift > 0.15) {
    const odd = seen.reduce((a, b) => (Math.abs(b.face.luma - luma) > Math.abs(a.face.luma - luma) ? b : a));
    findings.push({
      level: 'warning',
      code: 'light-changes',
      message: `The light on the face changes by ${Math.round(100 * drift)} % over the clip.`,
      advice: 'Switch automatic exposure off and keep the light steady.',
      at: atFrame(odd.frame),
      value: drift,
    });
  }
  return findings;
}
