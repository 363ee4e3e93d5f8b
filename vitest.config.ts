import { defineConfig } from 'vitest/config';
import BrowserFirst from './test/browser-first.js';

const source = {
  resolve: { conditions: ['plimsoll-source'] },
  ssr: { resolve: { conditions: ['plimsoll-source'] } },
};

// A hang is a failure, a busy machine is none: what is awaited may take as long as a test does, nearly.
const waits = (seconds: number) => ({
  testTimeout: seconds * 1_000,
  hookTimeout: seconds * 1_000,
  expect: { poll: { timeout: seconds * 800 } },
});

// Files of one worker share what they import, which took longer to load than most of them to run. No test replaces a module.
const sharedModules = { isolate: false, restoreMocks: true };

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
          ...sharedModules,
          ...waits(60),
        },
      },
      {
        ...source,
        test: {
          name: 'store',
          include: ['{apps,libs}/*/src/**/*.store.test.ts'],
          globalSetup: ['./test/store-engines.ts'],
          ...sharedModules,
          ...waits(120),
        },
      },
      {
        ...source,
        test: { name: 'flows', include: ['test/flows/**/*.test.ts'], ...waits(300) },
      },
      {
        ...source,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...waits(300) },
      },
    ],
  },
});
