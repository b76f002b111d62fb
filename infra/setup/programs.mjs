// The system programs that the product needs: how each is found, and how a missing one is installed. npm packages
// are in packages.mjs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program counts as present when one of `commands` answers to its version flag. */
export const PROGRAMS = [
  {
    name: 'ffmpeg',
    why: 'reads and writes video and audio',
    commands: [['ffmpeg', '-version']],
    packages: { apt: ['ffmpeg'], dnf: ['ffmpeg-free'], brew: ['ffmpeg'], winget: ['Gyan.FFmpeg'] },
  },
  {
    name: 'ffprobe',
    why: 'looks into video and audio files; comes with ffmpeg',
    commands: [['ffprobe', '-version']],
    packages: { apt: ['ffmpeg'], dnf: ['ffmpeg-free'], brew: ['ffmpeg'], winget: ['Gyan.FFmpeg'] },
  },
  {
    name: 'cmake',
    why: 'configures the native kernels (3.20 or newer)',
    commands: [['cmake', '--version']],
    packages: { apt: ['cmake'], dnf: ['cmake'], brew: ['cmake'], winget: ['Kitware.CMake'] },
  },
  {
    name: 'build tool',
    why: 'drives the compiler for cmake',
    commands: [
      ['ninja', '--version'],
      ['make', '--version'],
      ['gmake', '--version'],
      ['nmake', '/?'],
    ],
    packages: { apt: ['make'], dnf: ['make'], brew: ['ninja'], winget: ['Ninja-build.Ninja'] },
  },
  {
    name: 'C++ compiler',
    why: 'builds the native kernels (C++17)',
    commands: [
      ['g++', '--version'],
      ['clang++', '--version'],
      ['c++', '--version'],
      ['cl', '/?'],
    ],
    packages: { apt: ['g++'], dnf: ['gcc-c++'], brew: ['llvm'], winget: ['Microsoft.VisualStudio.2022.BuildTools'] },
  },
];

/** Needed by the native tests only; a library, so it is looked for by its header. */
export const GOOGLETEST = {
  name: 'googletest',
  why: 'native tests',
  packages: { apt: ['libgtest-dev'], dnf: ['gtest-devel'], brew: ['googletest'], winget: [] },
};

export function hasGoogletest(exists = existsSync) {
  return ['/usr/include', '/usr/local/include', '/opt/homebrew/include'].some((folder) =>
    exists(`${folder}/gtest/gtest.h`),
  );
}

/** Needed by the specs of what only a database server can show; Debian keeps its programs off PATH. */
export const POSTGRES = {
  name: 'PostgreSQL',
  why: 'specs of the API on the database it is deployed with',
  packages: { apt: ['postgresql'], dnf: ['postgresql-server'], brew: ['postgresql@17'], winget: [] },
};

/** The folder that holds PostgreSQL's server programs, the newest version first, or null. A client alone lacks them. */
export function postgresPrograms(path = process.env.PATH ?? '', debian = '/usr/lib/postgresql') {
  const versions = existsSync(debian)
    ? readdirSync(debian)
        .filter((name) => /^\d+$/.test(name))
        .sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...path.split(delimiter).filter(Boolean),
  ];
  return folders.find((folder) => ['initdb', 'postgres'].every((program) => existsSync(join(folder, program)))) ?? null;
}

/** Needed to fetch what judges the API and the deployment (infra/validation). */
export const PIP = {
  name: 'pip',
  why: 'fetches the tools of tests that come as Python packages',
  packages: { apt: ['python3-pip'], dnf: ['python3-pip'], brew: ['python3'], winget: ['Python.Python.3.13'] },
};

export function hasPip() {
  return spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore', windowsHide: true }).status === 0;
}

/** Needed to build the servers of the distributed engine only (infra/servers). Debian's own Go is too old for them. */
export const GO = {
  name: 'Go',
  why: 'builds the Temporal and MinIO servers',
  packages: { apt: [], dnf: ['golang'], brew: ['go'], winget: ['GoLang.Go'] },
};

const INSTALLERS = {
  apt: (names) => `apt-get install -y --no-install-recommends ${names.join(' ')}`,
  dnf: (names) => `dnf install -y ${names.join(' ')}`,
  brew: (names) => `brew install ${names.join(' ')}`,
  winget: (names) => names.map((name) => `winget install --exact --id ${name}`).join(' && '),
};

function answers([command, ...args]) {
  return spawnSync(command, args, { stdio: 'ignore', windowsHide: true }).error === undefined;
}

export function missingPrograms(probe = answers) {
  return PROGRAMS.filter((program) => !program.commands.some(probe));
}

/** Which package manager this platform has: apt, dnf, brew, winget, or null. */
export function packageManager(platform = process.platform, exists = existsSync) {
  if (platform === 'darwin') return 'brew';
  if (platform === 'win32') return 'winget';
  if (exists('/usr/bin/apt-get')) return 'apt';
  if (exists('/usr/bin/dnf')) return 'dnf';
  return null;
}

/** The exact command a person types to get the missing programs, or null where no package manager is known. */
export function installCommand(missing, manager, { root = false } = {}) {
  if (manager === null || missing.every((program) => program.packages[manager].length === 0)) return null;
  const names = [...new Set(missing.flatMap((program) => program.packages[manager]))];
  const command = INSTALLERS[manager](names);
  return root || manager === 'brew' || manager === 'winget' ? command : `sudo ${command}`;
}

/** Installs with apt-get; only for root. Returns null or the sentence that says what failed. */
export function installWithApt(missing, say) {
  const names = [...new Set(missing.flatMap((program) => program.packages.apt))];
  const run = (...args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  say(`installing ${names.join(', ')} with apt-get`);
  const install = ['install', '-y', '--no-install-recommends', ...names];
  if (run(...install).status === 0) return null;
  run('update');
  const second = run(...install);
  return second.status === 0
    ? null
    : `apt-get could not install ${names.join(', ')}: ${second.stderr.trim().split('\n').slice(-3).join(' ')}`;
}
