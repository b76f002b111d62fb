// One jest process over the whole workspace; sources are read directly, so tests need no TypeScript build.
export default {
  // Far above what any test takes: a slow machine is no failure.
  testTimeout: 180_000,
  testEnvironment: '<rootDir>/infra/test/jest-environment.mjs',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/workflows', '<rootDir>/tests', '<rootDir>/infra'],
  testMatch: ['**/*.spec.ts', '**/*.spec.mjs'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@portrait/source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['/dist/', '/build/'],
  transform: {
    '^.+\\.ts$': [
      '<rootDir>/infra/test/transform.mjs',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          keepClassNames: true,
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
};
