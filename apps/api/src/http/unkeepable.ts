// Finds what JSON allows and a database cannot keep: NUL characters, halves of characters, nesting without end.

const DEEPEST = 32;

export function unkeepable(root: unknown, where: string): string[] {
  const mistakes: string[] = [];
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: where, depth: 0 }];
  const check = (text: string, path: string): void => {
    // A lone surrogate changes when it goes through UTF-8.
    if (text.includes('\0') || Buffer.from(text, 'utf8').toString('utf8') !== text)
      mistakes.push(`${path === '' ? 'the body' : path}: holds characters that cannot be kept`);
  };
  for (let next = open.pop(); next !== undefined && mistakes.length < 20; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') check(value, path);
    if (typeof value !== 'object' || value === null) continue;
    if (depth === DEEPEST) {
      mistakes.push(`${path.split('.')[0] ?? 'the body'}: is nested deeper than ${DEEPEST} levels`);
      continue;
    }
    for (const [key, child] of Object.entries(value)) {
      check(key, path);
      open.push({ value: child, path: path === '' ? key : `${path}.${key}`, depth: depth + 1 });
    }
  }
  return mistakes;
}
