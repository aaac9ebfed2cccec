import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearch } from 'wouter';
import { BASE_PATH } from '../base-path.ts';
import { Toasts } from '../ui/toast.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { Navigation } from './navigation.tsx';
import { useOwnerWatch } from './owner-watch.ts';
import { Preferences } from './preferences.tsx';
import style from './shell.module.css';

const BarSlot = createContext<HTMLElement | null>(null);

/** The frame around every page of an owner: bar, navigation, messages. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  useOwnerWatch();
  return (
    <BarSlot value={slot}>
      <SkipLink />
      <header className={style.bar}>
        <Navigation />
        <div className={style.slot} ref={setSlot} />
        <Preferences />
      </header>
      <main id="content" className={style.main} tabIndex={-1}>
        {children}
      </main>
      <ConnectionLine />
      <Toasts />
    </BarSlot>
  );
}

/** With the whole address: `#content` alone would lead to `<base>`, away from the page. */
export function SkipLink() {
  const { t } = useTranslation('common');
  const [path] = useLocation();
  const search = useSearch();
  return (
    <a className={style.skip} href={`${BASE_PATH}${path}${search === '' ? '' : `?${search}`}#content`}>
      {t('skip')}
    </a>
  );
}

/** What a page wants to have in the bar at the top. */
export function InBar({ children }: { readonly children: ReactNode }) {
  const slot = useContext(BarSlot);
  return slot === null ? null : createPortal(children, slot);
}

/** While something of a page lies over the bar at the top, nothing in the bar can have the focus. */
export function useCoversBar(covers: boolean): void {
  const bar = useContext(BarSlot)?.closest('header');
  useEffect(() => {
    if (!covers || bar == null) return;
    bar.dataset['covered'] = '';
    return () => {
      delete bar.dataset['covered'];
    };
  }, [bar, covers]);
}
