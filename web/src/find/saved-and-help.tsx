import { lazy, Suspense } from 'react';

const SavedMenu = lazy(() => import('./saved/saved-menu.tsx'));
const SearchHelp = lazy(() => import('./search-help.tsx'));

/** Saved searches, and how to search: two buttons. */
export function SavedAndHelp() {
  return (
    <span>
      <Suspense>
        <SearchHelp />
        <SavedMenu />
      </Suspense>
    </span>
  );
}
