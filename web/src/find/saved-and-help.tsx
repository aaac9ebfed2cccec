import { lazy, Suspense } from 'react';
import style from './find.module.css';

const SavedMenu = lazy(() => import('./saved/saved-menu.tsx'));
const SearchHelp = lazy(() => import('./search-help.tsx'));

/** Saved searches, and how to search: two buttons. */
export function SavedAndHelp() {
  return (
    <span className={style.savedAndHelp}>
      <Suspense>
        <SearchHelp />
        <SavedMenu />
      </Suspense>
    </span>
  );
}
