// portrait models, portrait samples: lists files verified by hash, and fetches missing ones.
import type { Command } from 'commander';
import { PortraitError, type Logger, didYouMean } from '@portrait/contracts';
import {
  cacheFolder,
  MODELS,
  modelPath,
  SAMPLES,
  samplePaths,
  verifyAll,
  type ModelName,
  type SampleName,
} from '@portrait/models';
import { formatBytes } from '@portrait/observability';
import type { Session } from '../session.js';
import { formatTable } from '../terminal/style.js';
import { withExamples } from './options.js';
import type { OpenSession } from './open-session.js';

const noteLog = ({ console }: Session): Logger => ({
  debug: () => undefined,
  info: (message) => console.note(`  ${message}`),
  warn: (message) => console.note(`  ${message}`),
});

async function list(session: Session, kind: 'model' | 'sample'): Promise<void> {
  const { console, signal } = session;
  const { style } = console;
  const entries = await verifyAll(kind, { offline: true, signal });
  for (const { error, ...entry } of entries) console.event({ type: kind, ...entry, error: error?.message ?? null });
  const table = { ...MODELS, ...SAMPLES };
  console.print(
    formatTable(
      entries.map((entry) => [
        entry.error === null ? style.green('ok     ') : style.yellow('missing'),
        entry.name,
        formatBytes(entry.bytes),
        table[entry.name].licence,
        entry.source ?? `to fetch: portrait ${kind}s fetch ${entry.name}`,
      ]),
    ),
  );
  for (const entry of entries)
    console.print(style.dim(`  ${entry.name}: ${table[entry.name].purpose}. ${table[entry.name].attribution}`));
  console.print(style.dim(`  cache of fetched files: ${cacheFolder()}`));
}

async function fetchNamed(session: Session, kind: 'model' | 'sample', names: readonly string[]): Promise<void> {
  const { console, signal } = session;
  const known = Object.keys(kind === 'model' ? MODELS : SAMPLES);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new PortraitError(
      'INVALID_ARGUMENT',
      unknown.map((name) => `There is no ${kind} "${name}".${didYouMean(name, known)}`).join('\n'),
    );
  for (const name of names.length === 0 ? known : names) {
    const paths =
      kind === 'model'
        ? [await modelPath(name as ModelName, { signal, log: noteLog(session) })]
        : await samplePaths(name as SampleName, { signal, log: noteLog(session) });
    console.event({ type: kind, name, paths });
    console.print(`${name}: ${paths[0]}${paths.length > 1 ? ` and ${paths.length - 1} more` : ''}`);
  }
}

function addKind(program: Command, open: OpenSession, kind: 'model' | 'sample', what: string): void {
  const group = program.command(`${kind}s`).description(`List or fetch ${what}. Every file is verified by sha256.`);
  const listing = group
    .command('list', { isDefault: true })
    .description(`List ${what} with verification, licence and source.`);
  withExamples(listing, `${kind}s list`);
  listing.action(() => list(open(listing), kind));
  const fetching = group
    .command('fetch')
    .argument('[names...]', `names of the ${kind}s (default: all)`)
    .description(`Fetch ${what} from the sources of the manifest, in order.`);
  withExamples(fetching, `${kind}s fetch`, `${kind}s fetch ${kind === 'model' ? 'face-landmarker' : 'speech'}`);
  fetching.action((names: string[]) => fetchNamed(open(fetching), kind, names));
}

export function addModels(program: Command, open: OpenSession): void {
  addKind(program, open, 'model', 'pre-trained models');
}

export function addSamples(program: Command, open: OpenSession): void {
  addKind(program, open, 'sample', 'samples');
}
