import type { Plugin } from 'vite';

const TEXTS =
  /(\/react-(?:aria|aria-components|stately)\/dist\/.*\/intl\/[^/]+\/)([a-z]{2}-[A-Z]{2})(\.m?js)$/;
const OURS = new Set(['en-US', 'ko-KR', 'ja-JP']);

/**
 * React Aria brings what it says to screen readers in some thirty languages, all of them in every page. The others become the
 * English ones, and so cost nothing: nobody sees the page in them anyway.
 */
export function threeLanguages(): Plugin {
  return {
    name: 'three-languages',
    enforce: 'pre',
    apply: 'build',
    load(id) {
      const [, , language, ending] = TEXTS.exec(id) ?? [];
      if (language === undefined || OURS.has(language)) return null;
      return `export { default } from './en-US${ending}';`;
    },
  };
}
