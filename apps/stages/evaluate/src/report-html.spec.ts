import { expect, it } from '@jest/globals';
import { judgeFloors } from './floors.js';
import { reportHtml } from './report-html.js';
import { reportSchema, type Report } from './report.js';
import { someMetrics } from './some-metrics.testing.js';

const metrics = someMetrics({ mouth: { correlation: 0.4 } });
const report: Report = {
  format: 1,
  portrait: {
    size: 256,
    extractor: 'moonshine-tiny-layer3',
    extractorVersion: 1,
    headSteps: 10,
    lipsSteps: 0,
    trainFrames: 100,
    frames: 110,
  },
  heldOut: { first: 100, last: 109, stride: 1, count: 10 },
  metrics,
  floors: judgeFloors(metrics),
  mouthFollows: { follows: false, reason: 'it <hardly> moves.', advice: 'Train longer.' },
  series: {
    frame: [100, 101],
    trueOpening: [0.1, 0.2],
    renderedOpening: [0.1, null],
    wrongAudioOpening: [null, null],
    psnrHead: [30, 31],
    psnrMouth: [25, 26],
  },
};

it('is a page that needs nothing else but its video and names what is missed', () => {
  const page = reportHtml(reportSchema.parse(report), {
    frames: Uint8Array.of(1),
    mouths: Uint8Array.of(2),
    video: 'side-by-side.mp4',
  });
  const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, a]) => a!);
  expect(addresses.filter((a) => !a.startsWith('data:'))).toEqual(['side-by-side.mp4']);
  expect(page).not.toContain('<script');
  expect(page).toContain('The mouth does not follow the audio: it &#60;hardly&#62; moves.');
  expect(page).toContain('Mouth-opening correlation: 0.40 misses the floor');
  expect(page.match(/<svg/g)).toHaveLength(3);
});
