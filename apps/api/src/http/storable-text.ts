// Finds values that are valid JSON but cannot be stored: NUL characters, lone surrogates, excessive nesting.

const MAX_DEPTH = 32;

export function findUnstorable(root: unknown, where: string): string[] {
  const mistakes: string[] = [];
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: where, depth: 0 }];
  const check = (text: string, path: string): void => {
    // A lone surrogate does not survive UTF-8.
    if (text.includes('\0') || Buffer.from(text, 'utf8').toString('utf8') !== text)
      mistakes.push(`${path === '' ? 'the body' : path}: contains characters that cannot be stored`);
  };
  for (let next = open.pop(); next !== undefined && mistakes.length < 20; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === 'string') check(value, path);
    if (typeof value !== 'object' || value === null) continue;
    if (depth === MAX_DEPTH) {
      mistakes.push(`${path.split('.')[0] ?? 'the body'}: is nested deeper than ${MAX_DEPTH} levels`);
      continue;
    }
    for (const [key, child] of Object.entries(value)) {
      check(key, path);
      open.push({ value: child, path: path === '' ? key : `${path}.${key}`, depth: depth + 1 });
    }
  }
  return mistakes;
}
