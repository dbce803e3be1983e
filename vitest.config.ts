import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/support/machine/slowest-first.ts';
import { keepCompiledCode } from './test/support/machine/compile-cache.ts';

keepCompiledCode();

// Unit tests stand beside the code they test; integration tests start real processes from build/, so `npm test` builds
// first. Four workers for the two cores that the suite is sized for: integration tests wait half of their time. Files
// share their modules, since to load them anew for each of 300 takes longer than the unit tests.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src-*/**/*.test.ts'],
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          isolate: false,
        },
      },
    ],
    maxWorkers: 4,
    sequence: { sequencer: SlowestFirst },
    reporters: ['verbose'],
  },
});
