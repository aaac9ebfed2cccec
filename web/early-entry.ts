import type { Plugin } from 'vite';

import { FIRST_CALL } from './src/early/first-call.ts';

const EARLY = 'src/early/early.ts';
/** What the script asks for, under way before the script is; as `fetch` does it, or it would be asked for twice. */
const ASK = `<link rel="preload" as="fetch" crossorigin="anonymous" fetchpriority="high" href=".${FIRST_CALL}" />`;

/**
 * The page begins with `src/early/early.ts`, a script of its own that fetches nothing else: it shows the first pictures, and is
 * told the names of what to begin the gallery with. Beside it goes its one call; the server leaves that out of pages that
 * do not begin with all pictures (`src/http/pages.ts`).
 */
export function earlyEntry(): Plugin {
  return {
    name: 'early-entry',
    apply: 'build',
    config: () => ({ build: { rolldownOptions: { input: { gallery: 'index.html', early: EARLY } } } }),
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk');
        const early = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(EARLY) === true);
        const scripts = [...html.matchAll(/ *<script type="module" crossorigin src="([^"]+)"><\/script>\n/g)];
        if (early === undefined || scripts.length === 0) throw new Error('index.html has no script to begin');
        const later = scripts.map(([, source]) => source).join(' ');
        // the entry itself is empty: its code stands where the grid finds its part of it too
        const [code = early.fileName] = early.imports;
        const first = `<script type="module" async fetchpriority="high" crossorigin src="./${code}" data-gallery="${later}"></script>`;
        const rest = scripts.reduce((page, [tag]) => page.replace(tag, ''), html);
        return rest
          .replaceAll(/ *<link rel="modulepreload"[^>]*>\n/g, '')
          .replace('<link rel="stylesheet"', `${ASK}\n    ${first}\n    <link rel="stylesheet"`);
      },
    },
  };
}
