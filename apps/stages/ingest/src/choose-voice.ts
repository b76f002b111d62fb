// Chooses the sound that is the voice: the default track, unless another one holds the speech; all channels mixed,
// unless they cancel each other out.
import { SAMPLE_RATE, type Finding } from '@portrait/contracts';
import { readAudio, type AudioStreamInfo } from '@portrait/media';
import type { Source } from './check-streams.js';
import { measureSound, type SoundMeasures } from './sound.js';

/** Listened to, from the start of the sound. */
const LISTEN_SECONDS = 120;
/** A default track with less voice than the first is left when another has more than the second. Ours. */
const NO_VOICE = 0.03;
const SURE_VOICE = 0.15;
/** Unrelated channels lose 3 dB in the mix, one silent channel costs 6; more than this is cancellation. */
const CANCELLED_DB = 12;
/** Tracks and channels looked at; more are mixed as they are. */
const MAX_TRACKS = 8;
const MAX_CHANNELS = 8;

export interface Voice {
  choice: Pick<Source, 'audio' | 'channel'>;
  findings: Finding[];
}

export async function chooseVoice(source: Source, signal: AbortSignal): Promise<Voice> {
  const listen = async (track: number, channel?: number): Promise<SoundMeasures> => {
    const part = { sampleRate: SAMPLE_RATE, maxSamples: LISTEN_SECONDS * SAMPLE_RATE, signal };
    return measureSound(await readAudio(source.path, { ...part, track, ...(channel !== undefined && { channel }) }));
  };
  const findings: Finding[] = [];
  let audio = source.audio;
  const { audioTracks } = source.info;
  if (audioTracks.length > 1) {
    audio = await trackWithVoice(audio, audioTracks, listen);
    findings.push(trackFinding(audio, source.audio, audioTracks.length));
  }
  if (audio.channels < 2) return { choice: { audio, channel: null }, findings };
  const channel = await loneChannel(audio, listen);
  if (channel !== null) findings.push(channelFinding(channel));
  return { choice: { audio, channel }, findings };
}

type Listen = (track: number, channel?: number) => Promise<SoundMeasures>;

async function trackWithVoice(
  byDefault: AudioStreamInfo,
  tracks: readonly AudioStreamInfo[],
  listen: Listen,
): Promise<AudioStreamInfo> {
  if ((await listen(byDefault.track)).voicedShare >= NO_VOICE) return byDefault;
  let best = byDefault;
  let bestShare = SURE_VOICE;
  for (const candidate of tracks.slice(0, MAX_TRACKS)) {
    if (candidate.track === byDefault.track) continue;
    const { voicedShare } = await listen(candidate.track);
    if (voicedShare <= bestShare) continue;
    best = candidate;
    bestShare = voicedShare;
  }
  return best;
}

/** The loudest channel where the mix is much quieter than it, else null. */
async function loneChannel({ track, channels }: AudioStreamInfo, listen: Listen): Promise<number | null> {
  const mixed = await listen(track);
  let loudest = 0;
  let loudestDb = -Infinity;
  for (let channel = 0; channel < Math.min(channels, MAX_CHANNELS); channel += 1) {
    const { loudDb } = await listen(track, channel);
    if (loudDb <= loudestDb) continue;
    loudest = channel;
    loudestDb = loudDb;
  }
  return loudestDb - mixed.loudDb > CANCELLED_DB ? loudest : null;
}

function trackFinding(chosen: AudioStreamInfo, byDefault: AudioStreamInfo, tracks: number): Finding {
  const left = chosen.track !== byDefault.track;
  return {
    level: left ? 'warning' : 'info',
    code: 'sound-track',
    message: left
      ? `Sound track ${chosen.track + 1} of ${tracks} is the voice: no speech is heard in the ` +
        `default track ${byDefault.track + 1}.`
      : `Sound track ${chosen.track + 1} of ${tracks} is the voice: it is the one a player plays.`,
    ...(left && { advice: 'Export the recording with the voice as its only sound if this is wrong.' }),
    value: chosen.track + 1,
  };
}

function channelFinding(channel: number): Finding {
  return {
    level: 'warning',
    code: 'sound-polarity',
    message: `The channels of the sound cancel each other out; channel ${channel + 1} alone is the voice.`,
    advice: 'Check the cables of the microphone: one of its channels is inverted.',
    value: channel + 1,
  };
}
