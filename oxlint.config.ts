import { defineConfig, type OxlintOverride } from 'oxlint';

/**
 * The folders of the node from the lowest to the highest: files in one import from those before it and never from those
 * behind it, so that each can be read with what stands below it alone. Loose files of src-worker/node put them together.
 */
const nodeFolders = [
  'base',
  'identity',
  'manifests',
  'trust',
  'mesh',
  'pools',
  'headers',
  'transfer',
  'engines',
  'routing',
  'sessions',
  'text',
  'models',
  'placement',
  'hosting',
  'gateway',
  'bootstrap',
];

/** Each later entry of a file replaces the earlier one, so it repeats what that forbids. */
function forbidImports(files: string, patterns: readonly string[]): OxlintOverride {
  return {
    files: [files],
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns] }] },
  };
}

const outsideWorker = ['**/src-main/**', '**/src-renderer/**', 'electron', 'electron/*'];

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'import', 'promise', 'react', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  ignorePatterns: ['build/**', 'node_modules/**'],
  rules: {
    curly: 'error',
    eqeqeq: 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-await-in-loop': 'off',
    'no-console': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
    'import/no-cycle': 'error',
    'import/no-named-as-default-member': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'assert'] },
    ],
    'import/no-unassigned-import': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'react/react-in-jsx-scope': 'off',
  },
  overrides: [
    forbidImports('src-shared/**', [
      '**/src-main/**',
      '**/src-worker/**',
      '**/src-renderer/**',
      '**/test/**',
    ]),
    forbidImports('src-worker/**', outsideWorker),
    ...nodeFolders.map((folder, rank) =>
      forbidImports(`src-worker/node/${folder}/**`, [
        ...outsideWorker,
        ...nodeFolders.slice(rank + 1).map((higher) => `**/../${higher}/**`),
      ]),
    ),
    // Tests may use what stands higher to make what they need.
    forbidImports('src-worker/node/**/*.test.ts', outsideWorker),
    forbidImports('src-main/**', [
      '**/src-worker/**',
      '**/src-renderer/**',
      'electron',
      'electron/*',
    ]),
    forbidImports('src-main/electron/**', ['**/src-worker/**', '**/src-renderer/**']),
    forbidImports('src-renderer/**', [
      '**/src-main/**',
      '**/src-worker/**',
      '**/src-shared/process/**',
      '**/src-shared/receipt/**',
      '**/src-shared/signing/**',
      'node:*',
      'electron',
    ]),
  ],
});
