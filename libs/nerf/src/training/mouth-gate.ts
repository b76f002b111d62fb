// The verdict on a mouth: does it follow the audio? A portrait that looks right and does not speak is a failed
// training. Thresholds are ours. A mouth with wrong audio correlates by up to ±.25 on 80 to 160 frames by chance, so a
// mouth that follows must be clearly above that and above what the same portrait does with wrong audio.

export interface MouthEvidence {
  /** Pearson correlation of mouth opening, rendered against true, on held-out frames. */
  correlation: number;
  /** Its standard deviation, rendered over true. */
  amplitude: number;
  /** The same correlation with wrong audio. */
  shuffled: number;
  /** Share of rendered frames with a face. */
  faceFound: number;
  /** Spread over audio of the ambient coordinate in the mouth. */
  ambientSpread: number;
}

export interface MouthJudgement {
  follows: boolean;
  reason: string;
  advice: string;
}

const MIN_CORRELATION = 0.3;
const MIN_LEAD = 0.15;
const MIN_AMPLITUDE = 0.2;
const DEAD_SPREAD = 1e-3;

export function judgeMouth(e: MouthEvidence): MouthJudgement {
  const fail = (reason: string, advice: string): MouthJudgement => ({ follows: false, reason, advice });
  if (e.faceFound < 0.5)
    return fail(
      `a face is found in only ${percent(e.faceFound)} of the rendered frames.`,
      'Look at the held-out preview; the clip, its labels or the track are likely at fault.',
    );
  if (e.ambientSpread < DEAD_SPREAD)
    return fail(
      `the audio coordinate does not move in the mouth (spread ${e.ambientSpread.toExponential(1)}).`,
      'Set optim.ambientWeight to 0 and keep the coarse ambient grid.',
    );
  if (e.amplitude < MIN_AMPLITUDE)
    return fail(
      `the lips move ${percent(e.amplitude)} as much as they should.`,
      'Train longer, or give more minutes of clear speech.',
    );
  if (e.correlation < MIN_CORRELATION)
    return fail(
      `its opening correlates by ${e.correlation.toFixed(2)} with the true one; ${MIN_CORRELATION} is the least.`,
      'Train longer, check that sound and picture of the clip belong together (ingest reports ' +
        'their offset), or give more minutes of clear speech.',
    );
  if (e.correlation - e.shuffled < MIN_LEAD)
    return fail(
      `with wrong audio it does nearly as well (${e.shuffled.toFixed(2)} against ${e.correlation.toFixed(2)}).`,
      'Give more minutes of clear speech.',
    );
  return {
    follows: true,
    reason:
      `correlation ${e.correlation.toFixed(2)}, amplitude ${percent(e.amplitude)}, with wrong ` +
      `audio ${e.shuffled.toFixed(2)}.`,
    advice: '',
  };
}

const percent = (x: number): string => `${Math.round(100 * x)} %`;
