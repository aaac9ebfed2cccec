import { Bookmark } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Family } from '../api/types.ts';
import { FilterButton } from './filters/filter-button.tsx';
import style from './find.module.css';
import { SearchBox } from './search-box.tsx';

const SavedMenu = lazy(() => import('./saved/saved-menu.tsx'));
const SearchHelp = lazy(() => import('./search-help.tsx'));

/** Search, filters and saved searches, for the bar at the top. What they select stands in the address. */
export function FindBar({ family }: { readonly family: Family }) {
  return (
    <search className={style.bar}>
      <SearchBox family={family} />
      <Suspense fallback={<Bookmark size={20} className={style.waiting} aria-hidden />}>
        <span className={style.wideOnly}>
          <SearchHelp />
          <SavedMenu />
        </span>
      </Suspense>
      <FilterButton family={family} />
    </search>
  );
}
