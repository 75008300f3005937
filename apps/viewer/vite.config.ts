import { defineConfig } from 'vite';
import { isolation } from './build/isolation.js';
import { serviceWorker } from './build/service-worker.js';

export default defineConfig({
  base: './',
  resolve: { conditions: ['@prismamba/source', 'module', 'browser', 'production', 'import', 'default'] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1024 },
  server: { headers: isolation },
  preview: { headers: isolation },
  plugins: [serviceWorker()],
});
