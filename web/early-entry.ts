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
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk');
        const early = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(EARLY) === true);
        const scripts = [...html.matchAll(/ *<script type="module" crossorigin src="([^"]+)"><\/script>\n/g)];
        const gallery = scripts.at(-1)?.[1];
        if (early === undefined || gallery === undefined)
          throw new Error('index.html has no script to begin');
        const loads = [
          ...new Set([...early.imports, ...scripts.map(([, source = '']) => source.replace('./', ''))]),
        ];
        const links = loads.map((file) => linkTo(file, early.imports.includes(file)));
        const first = `<script type="module" async crossorigin src="./${early.fileName}" data-gallery="${gallery}"></script>`;
        const rest = scripts.reduce((page, [tag]) => page.replace(tag, ''), html);
        return rest
          .replaceAll(/ *<link rel="modulepreload"[^>]*>\n/g, '')
          .replace(
            '<link rel="stylesheet"',
            `${[first, ...links].join('\n    ')}\n    <link rel="stylesheet"`,
          );
      },
    },
  };
}

/** What only the gallery needs is fetched and not yet compiled: the first pictures are not to wait for that. */
function linkTo(file: string, isFirst: boolean): string {
  const rel = isFirst ? 'rel="modulepreload"' : 'rel="preload" as="script"';
  return `<link ${rel} crossorigin href="./${file}" />`;
}
