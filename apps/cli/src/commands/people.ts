// portrait people: lists and erases people, in the local store or at a remote system.
import type { Command } from 'commander';
import { PortraitError } from '@portrait/contracts';
import { formatTable } from '../terminal/style.js';
import { connect, remoteAddress } from '../remote/connect.js';
import { refuseLocalOnly, storeAndThreads } from '../remote/local-only.js';
import { eraseRemotely, listRemotely } from '../remote/people-remote.js';
import type { Session } from '../session.js';
import { withExamples, withPerson, withRemote, withStore } from './options.js';
import type { OpenSession } from './open-session.js';

interface PeopleOptions {
  store?: string;
  remote?: string | false;
}

async function confirmErase({ console }: Session, person: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!console.interactive) throw new PortraitError('INVALID_ARGUMENT', 'Erasing without a terminal needs --yes.');
  const { confirm, isCancel } = await import('@clack/prompts');
  const sure = await confirm({ message: `Erase all data of ${person}? This cannot be undone.`, initialValue: false });
  if (isCancel(sure) || !sure)
    throw new PortraitError('CANCELLED', 'Nothing was erased.', { hint: 'The question was not confirmed.' });
}

export function addPeople(program: Command, open: OpenSession): void {
  const people = program.command('people').description('List the people in the store, or erase one.');
  const list = people.command('list').description('List the people in the store with the state of their portraits.');
  withExamples(withRemote(withStore(list)), 'people list');
  list.action(async (options: PeopleOptions) => {
    const session = open(list);
    const { console } = session;
    const url = remoteAddress(session, options);
    if (url !== null) {
      refuseLocalOnly(url, storeAndThreads(options));
      return listRemotely(session, await connect(session, options, url));
    }
    const { findPortrait } = await import('@portrait/stage-kit');
    const store = await session.openStore(options);
    const rows: string[][] = [];
    for (const person of await store.people()) {
      const portrait = await findPortrait(await store.scope(person)).catch(() => null);
      console.event({
        type: 'person',
        person,
        portrait: portrait !== null,
        preset: portrait?.preset,
        createdAt: portrait?.createdAt,
      });
      rows.push([
        person,
        portrait === null
          ? 'no portrait yet'
          : `portrait, preset ${portrait.preset}, created ${portrait.createdAt.slice(0, 16).replace('T', ' ')}`,
      ]);
    }
    console.print(rows.length === 0 ? 'This store contains no people yet.' : formatTable(rows));
  });

  const erase = withPerson(
    people.command('erase').description('Erase all data of a person in the store: video, portrait, renders, consent.'),
  ).option('--yes', 'do not ask for confirmation');
  withExamples(withRemote(withStore(erase)), 'people erase --person anna', 'people erase --person anna --yes');
  erase.action(async (options: PeopleOptions & { person: string; yes?: boolean }) => {
    const session = open(erase);
    const url = remoteAddress(session, options);
    if (url !== null) {
      refuseLocalOnly(url, storeAndThreads(options));
      return eraseRemotely(session, await connect(session, options, url), options.person, () =>
        confirmErase(session, options.person, options.yes),
      );
    }
    const store = await session.openStore(options);
    if (!(await store.people()).includes(options.person))
      throw new PortraitError('NOT_FOUND', `This store contains no person "${options.person}".`, {
        hint: 'Run portrait people list to see the names.',
      });
    await confirmErase(session, options.person, options.yes);
    await (await store.scope(options.person)).erase();
    session.console.event({ type: 'erased', person: options.person });
    session.console.print(`All data of ${options.person} is erased. Delete videos written elsewhere yourself.`);
  });
}
