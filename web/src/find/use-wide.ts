import { useSyncExternalStore } from 'react';

const WIDE = matchMedia('(min-width: 48rem)');

/** Whether there is room beside the pictures: not on a phone. */
export function useIsWide(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      WIDE.addEventListener('change', onChange);
      return () => WIDE.removeEventListener('change', onChange);
    },
    () => WIDE.matches,
  );
}
