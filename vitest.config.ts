import { defineConfig } from 'vitest/config';
import { keepCompiledCode } from './test/support/compile-cache.ts';

keepCompiledCode();

// Unit tests stand beside the code they test; integration tests start real processes from build/, so
// `npm test` builds first. Two workers match the two cores that the suite is sized for.
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src-*/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    maxWorkers: 2,
    reporters: ['verbose'],
  },
});
