import { lazy } from 'react';
import { Part } from '../ui/part.tsx';
import style from './find.module.css';

const SavedMenu = lazy(() => import('./saved/saved-menu.tsx'));
const SearchHelp = lazy(() => import('./search-help.tsx'));

/** Saved searches, and how to search: two buttons. */
export function SavedAndHelp() {
  return (
    <span className={style.savedAndHelp}>
      <Part>
        <SearchHelp />
        <SavedMenu />
      </Part>
    </span>
  );
}
