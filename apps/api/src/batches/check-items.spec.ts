import { describe, expect, it } from '@jest/globals';
import { checkIds, checkPeople, type KnownPerson } from './check-items.js';
import { fromJson } from './located-item.js';
import { readCsv } from './read-csv.js';
import { ItemErrors } from './item-errors.js';

const describeIssues = (check: (mistakes: ItemErrors) => void): unknown => {
  const mistakes = new ItemErrors();
  check(mistakes);
  try {
    mistakes.throwIfAny();
    return null;
  } catch (error) {
    return { code: (error as { code: string }).code, message: (error as Error).message };
  }
};
const items = (...of: [string, string][]) =>
  fromJson(of.map(([id, personId]) => ({ id, personId, audio: 'recorded' as const })));

describe('checkIds', () => {
  it('names both places of a duplicate id', async () => {
    expect(describeIssues((mistakes) => checkIds(items(['a', 'p'], ['b', 'p'], ['a', 'p']), mistakes))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: 'items.2.id: "a" is also the id of items.0.',
    });
    const csv = await readCsv('id,person,audio\na,p,recorded\n\nb,p,recorded\na,p,recorded\na,p,recorded\n');
    expect(describeIssues((mistakes) => checkIds(csv, mistakes))).toEqual({
      code: 'INVALID_ARGUMENT',
      message:
        '2 errors in the batch:\n' +
        '  row 5, column id: "a" is also the id of row 2\n' +
        '  row 6, column id: "a" is also the id of row 2',
    });
  });
  it('accepts distinct ids', () => {
    expect(
      describeIssues((mistakes) => checkIds(items(['a', 'p'], ['A', 'p'], ['__proto__', 'p']), mistakes)),
    ).toBeNull();
  });
});

describe('checkPeople', () => {
  const people = new Map<string, KnownPerson>([
    ['ready', { status: 'ready', hasPortrait: true }],
    ['again', { status: 'training', hasPortrait: true }],
    ['new', { status: 'training', hasPortrait: false }],
    ['going', { status: 'erasing', hasPortrait: true }],
  ]);
  const check = (...of: [string, string][]) =>
    describeIssues((mistakes) => checkPeople(items(...of), people, mistakes));

  it('accepts a person with a portrait, also during a new training', () => {
    expect(check(['a', 'ready'], ['b', 'again'])).toBeNull();
  });
  it('names unknown, unready and erased people by place', () => {
    expect(check(['a', 'ready'], ['b', 'nobody'])).toEqual({
      code: 'NOT_FOUND',
      message: 'items.1.personId: there is no person nobody.',
    });
    expect(check(['a', 'new'])).toEqual({
      code: 'CONFLICT',
      message: 'items.0.personId: the person new is training; it has no portrait yet.',
    });
    expect(check(['a', 'going'])).toEqual({
      code: 'CONFLICT',
      message: expect.stringContaining('is erasing; it has no portrait any more'),
    });
    expect(check(['a', 'new'], ['b', 'nobody'])).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
