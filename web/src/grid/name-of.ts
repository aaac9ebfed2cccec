import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../api/types.ts';
import { formatTime } from '../i18n/format.ts';

/** Of a prompt: long enough to tell pictures apart, short enough to be heard. */
const MOST = 80;

/** What a picture is called by those who hear the page: its prompt's beginning, or its file name, and when it was made. */
export function useNameOf(): (item: Item) => string {
  const { i18n, t } = useTranslation('gallery');
  return useCallback(
    (item) => {
      const names = known(i18n.language);
      const before = names.get(item);
      if (before !== undefined) return before;
      const { prompt, original_filename } = item.meta;
      const text = prompt?.slice(0, MOST).trim() || original_filename;
      const { favorite, rating } = item.meta;
      const name = [
        text,
        formatTime(item.created_at),
        ...(favorite ? [t('isFavorite')] : []),
        ...(rating ? [t('ratingIs', { rating })] : []),
      ].join(', ');
      names.set(item, name);
      return name;
    },
    [i18n.language, t],
  );
}

/** Formatting a time costs more than the rest of a tile: each is done once. */
let language = '';
let names = new WeakMap<Item, string>();
function known(wanted: string): WeakMap<Item, string> {
  if (wanted !== language) names = new WeakMap();
  language = wanted;
  return names;
}
