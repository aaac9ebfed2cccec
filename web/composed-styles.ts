import type { Plugin } from 'vite';

/**
 * What `composes` takes from another stylesheet names no file of its own, which Vite warns of at every build: an address in
 * it could be taken wrongly. There is none in ours.
 */
export function composedStyles(): Plugin {
  return {
    name: 'composed-styles',
    configResolved({ logger }) {
      const { warnOnce } = logger;
      logger.warnOnce = (text, options) => {
        if (!text.includes('did not pass the `from` option')) warnOnce(text, options);
      };
    },
  };
}
