import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCommand, missingPrograms, packageManager, POSTGRES, postgresPrograms, PROGRAMS } from './programs.mjs';
import { staleEntries, whyInstall } from './packages.mjs';
import { fingerprint, readStamp, sourceFiles, writeStamp } from './stamp.mjs';

const only =
  (...commands) =>
  ([command]) =>
    commands.includes(command);

describe('programs', () => {
  it('accepts any one of several compilers and build tools', () => {
    expect(missingPrograms(only('ffmpeg', 'ffprobe', 'cmake', 'ninja', 'clang++'))).toEqual([]);
    expect(missingPrograms(only('cmake', 'make')).map((p) => p.name)).toEqual(['ffmpeg', 'ffprobe', 'C++ compiler']);
  });

  it('knows the package manager of each platform', () => {
    expect(packageManager('darwin')).toBe('brew');
    expect(packageManager('win32')).toBe('winget');
    expect(packageManager('linux', (path) => path === '/usr/bin/apt-get')).toBe('apt');
    expect(packageManager('linux', (path) => path === '/usr/bin/dnf')).toBe('dnf');
    expect(packageManager('linux', () => false)).toBeNull();
  });

  it('names one exact command, each package once', () => {
    const media = PROGRAMS.filter((p) => p.name.startsWith('ff'));
    expect(installCommand(media, 'apt')).toBe('sudo apt-get install -y --no-install-recommends ffmpeg');
    expect(installCommand(media, 'apt', { root: true })).toBe('apt-get install -y --no-install-recommends ffmpeg');
    expect(installCommand(media, 'dnf')).toBe('sudo dnf install -y ffmpeg-free');
    expect(installCommand(media, 'brew')).toBe('brew install ffmpeg');
    expect(installCommand(PROGRAMS, 'winget')).toContain('winget install --exact --id Kitware.CMake');
    expect(installCommand(media, null)).toBeNull();
    expect(installCommand([POSTGRES], 'apt')).toBe('sudo apt-get install -y --no-install-recommends postgresql');
  });

  it('takes the newest PostgreSQL server, and a client for none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'setup-'));
    const has = (version, ...programs) => {
      const bin = join(folder, version, 'bin');
      mkdirSync(bin, { recursive: true });
      for (const program of programs) writeFileSync(join(bin, program), '');
      return bin;
    };
    try {
      expect(postgresPrograms('', join(folder, 'none'))).toBeNull();
      has('17', 'psql');
      expect(postgresPrograms('', folder)).toBeNull();
      const elsewhere = has('elsewhere', 'initdb', 'postgres');
      has('9', 'initdb', 'postgres');
      const newest = has('15', 'initdb', 'postgres');
      expect(postgresPrograms('', folder)).toBe(newest);
      expect(postgresPrograms(elsewhere, join(folder, 'none'))).toBe(elsewhere);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('npm packages', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/b-win32': { version: '1.0.0', optional: true },
    },
  };

  it('finds nothing to do when versions and hashes agree', () => {
    expect(staleEntries(lock, { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } } })).toEqual([]);
  });

  it('sees a missing package, another version and another hash', () => {
    expect(staleEntries(lock, { packages: {} })).toEqual(['node_modules/a']);
    expect(staleEntries(lock, { packages: { 'node_modules/a': { version: '1.0.1', integrity: 'x' } } })).toEqual([
      'node_modules/a',
    ]);
    expect(staleEntries(lock, { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'y' } } })).toEqual([
      'node_modules/a',
    ]);
  });

  it('says why on a clone without packages and after a broken install', () => {
    const root = mkdtempSync(join(tmpdir(), 'setup-'));
    try {
      expect(whyInstall(root)).toMatch(/no packages/);
      mkdirSync(join(root, 'node_modules'));
      writeFileSync(join(root, 'node_modules/.package-lock.json'), '{"packages"');
      expect(whyInstall(root)).toMatch(/did not finish/);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('stamps', () => {
  it('change when a source is added or edited, not when build output is', () => {
    const root = mkdtempSync(join(tmpdir(), 'setup-'));
    const print = () =>
      fingerprint(
        root,
        sourceFiles(root, ['src'], (name) => name.endsWith('.ts')),
      );
    try {
      mkdirSync(join(root, 'src/dist'), { recursive: true });
      writeFileSync(join(root, 'src/a.ts'), 'a');
      const first = print();
      writeFileSync(join(root, 'src/dist/a.ts'), 'built');
      expect(print()).toBe(first);
      writeFileSync(join(root, 'src/a.ts'), 'ab');
      const second = print();
      expect(second).not.toBe(first);
      writeFileSync(join(root, 'src/b.ts'), 'b');
      expect(print()).not.toBe(second);
      writeStamp(join(root, 'deep/x.stamp'), second);
      expect(readStamp(join(root, 'deep/x.stamp'))).toBe(second);
      expect(readStamp(join(root, 'none.stamp'))).toBeNull();
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
