import { useState } from 'react';

const STORED = 'kiroku.panel';

/** Whether the details are shown: as last time; before that on wide screens, where they take nothing from the picture. */
export function usePanel(): { isOpen: boolean; toggle: () => void } {
  const [isOpen, setOpen] = useState(() => {
    const stored = localStorage.getItem(STORED);
    // on a phone they cover half of the picture: never without being asked for
    if (!matchMedia('(min-width: 48rem)').matches) return false;
    return stored === null ? matchMedia('(min-width: 75rem)').matches : stored === 'open';
  });
  const toggle = () => {
    localStorage.setItem(STORED, isOpen ? 'closed' : 'open');
    setOpen(!isOpen);
  };
  return { isOpen, toggle };
}
