import { builtinModules } from 'node:module';
import { defineConfig } from 'vite';

// What is published: the same as ECMAScript modules and as CommonJS. OpenTelemetry's SDK goes in with it, so that the
// versions of a host's own set-up stay the host's business; only its API, where the two meet, stays outside.
export default defineConfig({
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
});
