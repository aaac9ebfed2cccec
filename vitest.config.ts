import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    setupFiles: ['test/support/properties.ts'],
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // how fast the machine is decides no test: what is polled comes, or the test fails
    expect: { poll: { timeout: 15_000 } },
    // Two cores on the smallest machine we test on, and tests that wait as often as they work; forks, because signals and
    // native decoders are per process.
    pool: 'forks',
    maxWorkers: 3,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
