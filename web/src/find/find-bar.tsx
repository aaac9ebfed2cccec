import type { Family } from '../api/types.ts';
import { FilterButton } from './filters/filter-button.tsx';
import style from './find.module.css';
import { SavedAndHelp } from './saved-and-help.tsx';
import { SearchBox } from './search-box.tsx';
import { useIsWide } from './use-wide.ts';

/** Search, filters and saved searches, for the bar at the top. What they select stands in the address. */
export function FindBar({ family }: { readonly family: Family }) {
  const isWide = useIsWide();
  return (
    <search className={style.bar}>
      <SearchBox family={family} />
      {isWide ? <SavedAndHelp /> : null}
      <FilterButton family={family} />
    </search>
  );
}
