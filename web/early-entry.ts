import type { Plugin } from 'vite';

const EARLY = 'src/early/early.ts';

/**
 * The page begins with `src/early/early.ts`, a script of its own that fetches nothing else: it shows the first pictures and then
 * begins the gallery, which the page has the browser fetch meanwhile.
 */
export function earlyEntry(): Plugin {
  return {
    name: 'early-entry',
    apply: 'build',
    config: () => ({ build: { rolldownOptions: { input: { gallery: 'index.html', early: EARLY } } } }),
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const early = Object.values(bundle ?? {}).find(
          (file) => file.type === 'chunk' && file.isEntry && file.facadeModuleId?.endsWith(EARLY) === true,
        );
        const scripts = [...html.matchAll(/ *<script type="module" crossorigin src="([^"]+)"><\/script>\n/g)];
        const gallery = scripts.at(-1)?.[1];
        if (early === undefined || gallery === undefined)
          throw new Error('index.html has no script to begin');
        let page = html;
        for (const [tag, source] of scripts) {
          page = page.replace(tag, `    <link rel="modulepreload" crossorigin href="${source}">\n`);
        }
        const first = `<script type="module" crossorigin src="./${early.fileName}" data-gallery="${gallery}"></script>`;
        return page.replace('<link rel="modulepreload"', `${first}\n    <link rel="modulepreload"`);
      },
    },
  };
}
