// portrait people: who is in the store, and erasing one person whole.
import { confirm, isCancel } from '@clack/prompts';
import type { Command } from 'commander';
import { PortraitError } from '@portrait/contracts';
import { findPortrait } from '@portrait/catalog';
import { formatTable } from '../terminal/style.js';
import { withExamples, withPerson, withStore } from './options.js';
import type { OpenSession } from './index.js';

export function addPeople(program: Command, open: OpenSession): void {
  const people = program.command('people').description('List the people in the store, or erase one.');
  const list = people.command('list').description('List the people in the store and what there is of each.');
  withExamples(withStore(list), 'people list');
  list.action(async (options: { store?: string }) => {
    const { console, ...session } = open(list);
    const store = await session.openStore(options);
    const rows: string[][] = [];
    for (const person of await store.people()) {
      const portrait = await findPortrait(await store.scope(person)).catch(() => null);
      console.event({ type: 'person', person, portrait: portrait !== null, preset: portrait?.preset, createdAt: portrait?.createdAt });
      rows.push([person, portrait === null ? 'no portrait yet' : `portrait, preset ${portrait.preset}, made ${portrait.createdAt.slice(0, 16).replace('T', ' ')}`]);
    }
    console.print(rows.length === 0 ? 'Nobody is in this store yet.' : formatTable(rows));
  });

  const erase = withPerson(people.command('erase').description('Erase everything the store holds of a person: video, portrait, renders, consent.')).option('--yes', 'do not ask');
  withExamples(withStore(erase), 'people erase --person anna', 'people erase --person anna --yes');
  erase.action(async (options: { person: string; yes?: boolean; store?: string }) => {
    const session = open(erase);
    const store = await session.openStore(options);
    if (!(await store.people()).includes(options.person)) throw new PortraitError('NOT_FOUND', `"${options.person}" is not in this store.`, { hint: 'portrait people list shows who is.' });
    if (options.yes !== true) {
      if (!session.console.interactive) throw new PortraitError('INVALID_ARGUMENT', 'Erasing needs --yes when nobody can be asked.');
      const sure = await confirm({ message: `Erase everything of ${options.person}? This cannot be undone.`, initialValue: false });
      if (isCancel(sure) || !sure) throw new PortraitError('CANCELLED', 'Nothing was erased.');
    }
    await (await store.scope(options.person)).erase();
    session.console.event({ type: 'erased', person: options.person });
    session.console.print(`Everything of ${options.person} is erased. Videos written elsewhere are yours to delete.`);
  });
}
