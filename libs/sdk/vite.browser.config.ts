import { defineConfig } from 'vite';

// One file for pages without a bundler: the core with OpenTelemetry's API in it.
export default defineConfig({
  build: {
    target: 'es2022',
    outDir: 'dist/browser',
    lib: { entry: { index: 'src/index.ts' }, formats: ['es'] },
  },
});
