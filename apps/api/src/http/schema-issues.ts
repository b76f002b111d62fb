// Describes zod issues as sentences that start with the field: `video.uploadId: is missing`.
import { didYouMean } from '@portrait/contracts';
import { z } from 'zod';

type Issue = z.core.$ZodIssue;

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] | null {
  let node: unknown = schema;
  for (const key of path) {
    node = unwrap(node);
    if (!(node instanceof z.ZodObject)) return null;
    node = (node.shape as Record<PropertyKey, unknown>)[key];
  }
  node = unwrap(node);
  return node instanceof z.ZodObject ? Object.keys(node.shape as object) : null;
}

function unwrap(node: unknown): unknown {
  return node instanceof z.ZodOptional ||
    node instanceof z.ZodDefault ||
    node instanceof z.ZodPrefault ||
    node instanceof z.ZodNullable
    ? unwrap(node.unwrap())
    : node;
}

/** The best matching alternative of a union: invalid inside, not at its root, and in the fewest places. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const inside = branches.filter((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'),
  );
  return inside.sort((a, b) => a.length - b.length)[0] ?? null;
}

const article = (noun: string): string => `${/^([aeiou]|ISO)/.test(noun) ? 'an' : 'a'} ${noun}`;
const kind = (expected: string): string => article(expected === 'int' ? 'whole number' : expected);

function expected(branches: readonly (readonly Issue[])[]): string {
  const kinds = branches.flat().map((issue) => {
    if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(', ');
    if (issue.code === 'invalid_format')
      return issue.message.startsWith('Invalid ')
        ? article(issue.message.slice(8))
        : issue.message.replace(/^must be /, '');
    return issue.code === 'invalid_type' ? kind(issue.expected) : '';
  });
  const known = [...new Set(kinds.filter((text) => text !== ''))];
  return known.length === 0 ? 'is not valid' : `must be ${known.join(' or ')}`;
}

/** What the size of a value counts, by type. */
const COUNTED: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

function words(issue: Issue): string {
  if (issue.code === 'invalid_type')
    return issue.message.endsWith('received undefined') ? 'is missing' : `must be ${kind(issue.expected)}`;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => String(value)).join(', ');
    return issue.values.length === 1 ? `must be ${values}` : `must be one of ${values}`;
  }
  const counted = 'origin' in issue ? COUNTED[String(issue.origin)] : undefined;
  if (issue.code === 'too_small') {
    if (counted === undefined) return `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
    return Number(issue.minimum) === 1 ? 'must not be empty' : `must have at least ${issue.minimum} ${counted}`;
  }
  if (issue.code === 'too_big') {
    if (counted === undefined) return `must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
    return `must have at most ${issue.maximum} ${counted}`;
  }
  if (issue.code === 'invalid_format' && issue.message.startsWith('Invalid'))
    return `is not ${article(issue.message.slice(8))}`;
  return issue.message;
}

/** @param where `query`, or '' for the body */
export function describeIssues(issues: readonly Issue[], schema: z.ZodType, where: string): string[] {
  const name = (path: readonly PropertyKey[]): string =>
    [...(where === '' ? [] : [where]), ...path.map(String)].join('.') || 'the body';
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path) ?? [];
      const suggestion = (key: string): string => (known.length === 0 ? '' : didYouMean(key, known).replace(/\.$/, ''));
      return issue.keys.map((key) => `${name([...issue.path, key])}: there is no such field.${suggestion(key)}`);
    }
    if (issue.code === 'invalid_union') {
      const best = bestBranch(issue.errors);
      if (best === null) return [`${name(issue.path)}: ${expected(issue.errors)}`];
      return describeIssues(
        best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
        schema,
        where,
      );
    }
    if (issue.code === 'invalid_key' || issue.code === 'invalid_element')
      return [`${name(issue.path)}: ${issue.issues.map(words).join(', ')}`];
    return [`${name(issue.path)}: ${words(issue)}`];
  });
}
