import { defineConfig } from 'vite';

// The CommonJS twin of what the TypeScript compiler writes; dependencies stay outside.
export default defineConfig({
  build: {
    target: 'node20',
    outDir: 'dist/cjs',
    emptyOutDir: true,
    minify: false,
    lib: { entry: { index: 'src/index.ts', node: 'src/node.ts' }, formats: ['cjs'] },
    rollupOptions: { external: [/^@opentelemetry\//, /^node:/] },
  },
});
