import { defineConfig } from 'vitest/config';
import BrowserFirst from './test/browser-first.js';

const source = {
  resolve: { conditions: ['plimsoll-source'] },
  ssr: { resolve: { conditions: ['plimsoll-source'] } },
};

// Three tiers with fixed places: `unit` beside the file, `store` against embedded engines, the rest whole flows.
export default defineConfig({
  test: {
    sequence: { sequencer: BrowserFirst },
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['{apps,libs}/*/src/**/*.test.{ts,tsx}', 'test/*.test.ts'],
          exclude: ['**/*.store.test.ts', '**/dist/**', '**/node_modules/**'],
          // A hang is a failure, a busy machine is none.
          testTimeout: 60_000,
        },
      },
      {
        ...source,
        test: {
          name: 'store',
          include: ['{apps,libs}/*/src/**/*.store.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        ...source,
        test: { name: 'flows', include: ['test/flows/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
      },
      {
        ...source,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 300_000 },
      },
    ],
  },
});
