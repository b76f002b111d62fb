// portrait inspect: writes a page that shows every stage of a person's run.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { PortraitError } from '@portrait/contracts';
import { withExamples, withStore } from './options.js';
import type { OpenSession } from './open-session.js';

interface InspectOptions {
  person?: string;
  out?: string;
  open?: boolean;
  store?: string;
}

/** Opens a file with the default program of the system, if there is one. */
export function openWithSystem(path: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [path]]
      : process.platform === 'win32'
        ? ['explorer.exe', [path]]
        : ['xdg-open', [path]];
  const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

export function addInspect(program: Command, open: OpenSession): void {
  const command = program
    .command('inspect')
    .description(
      'Write a page that shows inputs, parameters, time, memory, warnings, metrics and previews of every stage.',
    )
    .option('--person <name>', 'name of the person in the store (default: the only person)')
    .option('--out <folder>', 'output folder for the page and its videos (default: <store>/pages/<person>)')
    .option('--open', 'open the page in the browser');
  withExamples(
    withStore(command),
    'inspect --person anna',
    'inspect --person anna --open',
    'inspect --person anna --out anna-page',
  );
  command.action(async (options: InspectOptions) => {
    const session = open(command);
    const store = await session.openStore(options);
    const people = await store.people();
    const person = options.person ?? (people.length === 1 ? people[0] : undefined);
    if (person === undefined || !people.includes(person)) {
      throw new PortraitError(
        'NOT_FOUND',
        person === undefined
          ? `This store contains ${people.length === 0 ? 'no people' : 'several people'}.`
          : `This store contains no person "${person}".`,
        {
          hint:
            people.length === 0
              ? 'Run portrait train or portrait demo first.'
              : `Choose with --person: ${people.join(', ')}.`,
        },
      );
    }
    const folder = options.out === undefined ? join(session.storeDir(options), 'pages', person) : resolve(options.out);
    // Without built kernels the registry does not load; the page then lacks the meaning of parameters.
    const registry = await session.registry().catch(() => null);
    const { writeRunPage } = await import('../inspect/write-page.js');
    const { path, view } = await writeRunPage(await store.scope(person), registry, folder);
    session.console.event({
      type: 'result',
      command: 'inspect',
      person,
      path,
      stages: view.stages.map(({ node, report, failure }) => ({
        node,
        state: failure ? 'failed' : report ? 'done' : 'none',
        key: report?.key,
      })),
    });
    session.console.print(path);
    session.console.print(session.console.style.dim(pathToFileURL(path).href));
    if (options.open) openWithSystem(path);
  });
}
