import { builtinModules } from 'node:module';
import { defineConfig, type UserConfig } from 'vite';

// What is published: the same as ECMAScript modules and as CommonJS. OpenTelemetry's SDK goes in with it, so that the
// versions of a host's own set-up stay the host's business; only its API, where the two meet, stays outside.
const packages: UserConfig = {
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist',
    // Beside it stands what the TypeScript compiler writes.
    emptyOutDir: false,
    minify: false,
    rollupOptions: {
      input: { index: 'src/index.ts', node: 'src/node.ts' },
      external: ['@opentelemetry/api', ...builtinModules, /^node:/],
      output: [
        { format: 'es', entryFileNames: 'esm/[name].js', chunkFileNames: 'esm/[name].js' },
        { format: 'cjs', entryFileNames: 'cjs/[name].cjs', chunkFileNames: 'cjs/[name].cjs' },
      ],
    },
  },
};

/** One file for pages without a bundler: the core with OpenTelemetry's API in it. */
const browser: UserConfig = {
  build: {
    target: 'es2022',
    outDir: 'dist/browser',
    lib: { entry: { index: 'src/index.ts' }, formats: ['es'] },
  },
};

export default defineConfig(({ mode }) => (mode === 'browser' ? browser : packages));
