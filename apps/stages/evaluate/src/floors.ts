// What a portrait must reach and what it should reach, held once; the outcome of each is told in words.
// Values: main clip, `standard` preset, MediaPipe landmarks. Smaller presets are judged by the same table.
import type { JudgedFloor, Metrics } from './report.js';

interface Floor {
  name: string;
  unit: string;
  value(m: Metrics): number | null;
  floor: readonly [low: number, high: number];
  aim: readonly [low: number, high: number];
  digits: number;
  /** What it looks like when it is missed. */
  fault: string;
}

const atLeast = (x: number): readonly [number, number] => [x, Infinity];
const atMost = (x: number): readonly [number, number] => [-Infinity, x];

export const FLOORS: readonly Floor[] = [
  {
    name: 'PSNR, full frame',
    unit: 'dB',
    value: (m) => m.head.psnrFull,
    floor: atLeast(33),
    aim: atLeast(35.5),
    digits: 1,
    fault: 'the picture as a whole is off: edges of the head, or its colours',
  },
  {
    name: 'PSNR, head',
    unit: 'dB',
    value: (m) => m.head.psnrHead,
    floor: atLeast(29),
    aim: atLeast(31.5),
    digits: 1,
    fault: 'the head is blurred or misplaced',
  },
  {
    name: 'LPIPS, full frame',
    unit: '',
    value: (m) => m.head.lpips,
    floor: atMost(0.07),
    aim: atMost(0.04),
    digits: 3,
    fault: 'a person sees the difference: fine structure is missing',
  },
  {
    name: 'PSNR, face in the recorded frame',
    unit: 'dB',
    value: (m) => m.footage && m.footage.face.psnrFull,
    floor: atLeast(37),
    aim: atLeast(40),
    digits: 1,
    fault: 'the rendered face does not fit the frame it is laid into',
  },
  {
    name: 'LPIPS, face in the recorded frame',
    unit: '',
    value: (m) => m.footage && m.footage.face.lpips,
    floor: atMost(0.015),
    aim: atMost(0.009),
    digits: 4,
    fault: 'a person sees where the face was replaced',
  },
  {
    name: 'PSNR, head in the recorded frame',
    unit: 'dB',
    value: (m) => m.footage && m.footage.head.psnrFull,
    floor: atLeast(33.5),
    aim: atLeast(35),
    digits: 1,
    fault: 'the rendered head does not fit the frame it is laid into',
  },
  {
    name: 'LPIPS, head in the recorded frame',
    unit: '',
    value: (m) => m.footage && m.footage.head.lpips,
    floor: atMost(0.035),
    aim: atMost(0.02),
    digits: 4,
    fault: 'a person sees where the head was replaced',
  },
  {
    name: 'PSNR, neck band',
    unit: 'dB',
    value: (m) => m.footage && m.footage.neckBand.psnr,
    floor: atLeast(32),
    aim: atLeast(35),
    digits: 1,
    fault: 'chin and neck do not meet as recorded',
  },
  {
    name: 'Flicker of the neck band, rendered / recorded',
    unit: '',
    value: (m) => m.footage && m.footage.neckBand.flicker,
    floor: atMost(1.3),
    aim: atMost(1.05),
    digits: 2,
    fault: 'the neck flickers under the chin',
  },
  {
    name: 'Jump of the loop, over the frames around',
    unit: '',
    value: (m) => m.footage && m.footage.loop && m.footage.loop.jump,
    floor: atMost(1.5),
    aim: atMost(1.1),
    digits: 2,
    fault: 'a long video jumps where its loop begins again',
  },
  {
    name: 'Landmark distance of the mouth',
    unit: 'px',
    value: (m) => m.mouth.lmd,
    floor: atMost(1.6),
    aim: atMost(1.2),
    digits: 2,
    fault: 'lip shapes are wrong, nearly as if the mouth stood still',
  },
  {
    name: 'Mouth-opening correlation',
    unit: '',
    value: (m) => m.mouth.correlation,
    floor: atLeast(0.65),
    aim: atLeast(0.8),
    digits: 2,
    fault: 'the lips follow the sound only in part',
  },
  {
    name: 'Mouth-opening amplitude, rendered / true',
    unit: '',
    value: (m) => m.mouth.amplitude,
    floor: [0.7, 1.2],
    aim: [0.85, 1.1],
    digits: 2,
    fault: 'the mouth moves too little or too much',
  },
  {
    name: 'Correlation with wrong audio',
    unit: '',
    value: (m) => m.mouth.wrongAudioCorrelation,
    floor: atMost(0.25),
    aim: atMost(0.1),
    digits: 2,
    fault: 'the mouth moves in the right places whatever it hears: something besides the sound drives it',
  },
  {
    name: 'Sound against picture',
    unit: 'frames',
    value: (m) => m.sync && m.sync.offset,
    floor: [-1, 1],
    aim: [0, 0],
    digits: 0,
    fault: 'lips and sound are visibly apart',
  },
  {
    name: 'Mouth sharpness, rendered / true',
    unit: '',
    value: (m) => m.mouth.sharpness,
    floor: atLeast(0.4),
    aim: atLeast(0.8),
    digits: 2,
    fault: 'lips and teeth are soft',
  },
  {
    name: 'Head jitter, rendered / true',
    unit: '',
    value: (m) => m.jitter.ratio,
    floor: atMost(1.3),
    aim: atMost(1),
    digits: 2,
    fault: 'the head trembles',
  },
];

export function judgeFloors(metrics: Metrics): JudgedFloor[] {
  return FLOORS.map(({ name, unit, value, floor, aim, digits, fault }) => {
    const measured = value(metrics);
    const within = ([low, high]: readonly [number, number]): boolean =>
      measured !== null && measured >= low && measured <= high;
    const outcome =
      measured === null ? 'not measured' : within(aim) ? 'aim met' : within(floor) ? 'floor met' : 'missed';
    const shown = measured === null ? '' : `${measured.toFixed(digits)}${unit && ` ${unit}`}`;
    const sentence = {
      'aim met': `${name}: ${shown}, as good as aimed for (${range(aim)}).`,
      'floor met': `${name}: ${shown}, acceptable (${range(floor)}); the aim is ${range(aim)}.`,
      missed: `${name}: ${shown} misses the floor (${range(floor)}): ${fault}.`,
      'not measured': `${name}: not measured in this run.`,
    }[outcome];
    return { name, unit, value: measured, floor: range(floor), aim: range(aim), outcome, sentence };
  });
}

function range([low, high]: readonly [number, number]): string {
  if (low === high) return `${low}`;
  if (high === Infinity) return `at least ${low}`;
  if (low === -Infinity) return `at most ${high}`;
  return `${low} to ${high}`;
}
