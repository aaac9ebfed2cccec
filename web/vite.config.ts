import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { composedStyles } from './composed-styles.ts';
import { earlyEntry } from './early-entry.ts';
import { precompress } from './precompress.ts';
import { threeLanguages } from './three-languages.ts';

/** Shared by the first script and the grid. */
const EARLY = /src\/(early\/|base-path|grid\/(aspect|chunks|day-of|layout|rows|sizes))/;
const server = process.env['KIROKU_SERVER'] ?? 'http://127.0.0.1:8000';

/** Every address in the built pages is relative to `<base>`, which the server writes for its own sub-path. */
export default defineConfig({
  base: './',
  plugins: [react(), composedStyles(), threeLanguages(), earlyEntry(), precompress()],
  build: {
    // the first with light-dark(): lowered for older ones it is fixed at the root, and no part can be dark on a light page
    target: ['chrome123', 'firefox124', 'safari17.5'],
    // no data: addresses, so that the content policy can name files alone
    assetsInlineLimit: 0,
    // a helper for old browsers, and an inline script
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // React DOM and React Aria are one file on purpose (below)
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // what the first page needs comes in two files, of which one changes with new packages alone: fifty small ones
        // wait for each other on six connections
        codeSplitting: {
          groups: [
            { name: 'early', test: EARLY, priority: 3 },
            { name: 'packages', test: /node_modules/, tags: ['$initial'], priority: 2 },
            { name: 'gallery', tags: ['$initial'], priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      ...Object.fromEntries(['/api', '/outputs', '/healthz', '/readyz'].map((path) => [path, server])),
      // a browser gets the page of a link here too; the page then asks for what it shows
      '/s/': {
        target: server,
        bypass: ({ headers }) => (headers.accept?.includes('text/html') === true ? '/index.html' : undefined),
      },
    },
  },
});
