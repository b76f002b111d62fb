// Tells what was done to the form of the picture before anything looked at it.
import type { Finding } from '@portrait/contracts';
import { dynamicRange } from '@portrait/media';
import type { Source } from './check-streams.js';

export function gradeForm({ video, fields }: Pick<Source, 'video' | 'fields'>): Finding[] {
  const findings: Finding[] = [];
  const range = dynamicRange(video);
  if (range !== null)
    findings.push({
      level: 'info',
      code: 'hdr',
      message: `The recording is HDR (${range}); it was converted to standard range and colours (BT.709).`,
      advice: 'Record without HDR for colours that need no conversion.',
    });
  if (fields !== null)
    findings.push({
      level: 'info',
      code: 'interlaced',
      message: 'The picture is interlaced although the file does not say so; its fields were separated.',
      advice: 'Export the recording as progressive video if you can.',
    });
  return findings;
}
