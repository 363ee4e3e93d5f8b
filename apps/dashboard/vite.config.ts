import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The type check keeps its output in node_modules/.cache, so that emptying dist does not cost its incremental state.
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['plimsoll-source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    // The content security policy allows no inline script and no data: script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // ECharts is one lazy chunk; its size has its own budget in test/browser.
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:3000', '/v1': 'http://127.0.0.1:3000' } },
});
