#!/usr/bin/env node
// Computes how many machines a workload needs and the load on Temporal and the store, from measured figures. It is
// arithmetic, not a simulation.
//   node infra/capacity/capacity.mjs --people 1000 --minutes 100000 --hours 8 --cores 32
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Measured on two Zen 4 cores: clip of 71 s at 512², preset standard (docs/results.md).
 * Replace by the figures of your own stage reports.
 */
export const MEASURED = {
  /** Core-seconds of each stage for one person. */
  person: {
    ingest: 22,
    landmarks: 46,
    'face-tracking': 2,
    'audio-features': 1,
    'semantic-parsing': 163,
    'neck-inpainting': 37,
    'head-training': 1843,
    'lips-finetuning': 370,
    'torso-training': 49,
    evaluate: 297,
  },
  /** Core-seconds of a minute of video. */
  videoMinute: { 'audio-features': 1.1, render: 719 },
  /** Bytes kept of a person, and of a minute of video. */
  personBytes: 270e6,
  minuteBytes: 4.7e6,
  /**
   * Bytes read from the bucket for one person when every stage runs on its own machine: the clip eight times, the torso
   * layer four times.
   */
  personReadBytes: 1.4e9,
  /**
   * Temporal events of one video with one part in a batch, with its share of the batch history, and of one portrait:
   * the lengths of the histories in workflows/histories.
   */
  videoEvents: 50,
  personEvents: 131,
};

const sum = (table) => Object.values(table).reduce((total, value) => total + value, 0);

/**
 * @param load people and minutes of video, minutes per video, hours available, cores per machine, and the share of the
 *   cores that does work
 */
export function capacity({ people, minutes, minutesEach = 1, hours, cores, utilisation = 0.8 }, measured = MEASURED) {
  const seconds = hours * 3600;
  const coreSeconds = people * sum(measured.person) + minutes * sum(measured.videoMinute);
  const machines = Math.ceil(coreSeconds / (seconds * cores * utilisation));
  const videos = minutes / minutesEach;
  return {
    coreHours: coreSeconds / 3600,
    machines,
    videosPerSecond: videos / seconds,
    eventsPerSecond: (videos * measured.videoEvents + people * measured.personEvents) / seconds,
    writtenBytesPerSecond: (people * measured.personBytes + minutes * measured.minuteBytes) / seconds,
    // Each machine holds a person's parts once in its cache.
    readBytesPerSecond: (people * measured.personReadBytes) / seconds,
    storedBytes: people * measured.personBytes + minutes * measured.minuteBytes,
  };
}

function main() {
  const { values } = parseArgs({
    options: {
      people: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '100000' },
      'minutes-each': { type: 'string', default: '1' },
      hours: { type: 'string', default: '8' },
      cores: { type: 'string', default: '32' },
    },
  });
  const load = {
    people: Number(values.people),
    minutes: Number(values.minutes),
    minutesEach: Number(values['minutes-each']),
    hours: Number(values.hours),
    cores: Number(values.cores),
  };
  if (Object.values(load).some((value) => !(value >= 0)) || load.hours === 0 || load.cores === 0) {
    console.error('Give numbers: --people 1000 --minutes 100000 --minutes-each 1 --hours 8 --cores 32');
    process.exitCode = 2;
    return;
  }
  const need = capacity(load);
  const mega = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(`core-hours            ${need.coreHours.toFixed(0)}
machines of ${load.cores} cores  ${need.machines}
videos a second       ${need.videosPerSecond.toFixed(2)}
Temporal events a s   ${need.eventsPerSecond.toFixed(0)}
written to the store  ${mega(need.writtenBytesPerSecond)} a second, ${(need.storedBytes / 1e12).toFixed(2)} TB in all
read from the store   ${mega(need.readBytesPerSecond)} a second at least`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) main();
