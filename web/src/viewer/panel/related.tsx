import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answerOf, api, until } from '../../api/client.ts';
import type { Family, Item } from '../../api/types.ts';
import style from './panel.module.css';
import { useSettled } from './use-settled.ts';

/** Whoever flips through pictures asks for none of them. */
const REST_MS = 250;
/** Where pictures of a kind are shown; control images have no page. */
const PAGES: Readonly<Record<string, string>> = { generated: '/', input: '/inputs' };

/** What it was made from, what was made from it, and the way to the rest of its recipe. */
export function Related({ family, id }: { readonly family: Family; readonly id: string }) {
  const { t } = useTranslation('viewer');
  const settled = useSettled(id, REST_MS);
  const { data } = useQuery({
    queryKey: ['related', family, settled],
    queryFn: ({ signal }) =>
      answerOf(api[family][':id'].related.$get({ param: { id: settled }, query: {} }, until(signal))),
  });
  // a moment behind: nothing rather than what belongs to another picture
  if (data === undefined || settled !== id) return null;
  const { parents, children, recipe } = data;
  if (parents.length === 0 && children.length === 0 && recipe === null) return null;
  return (
    <div className={style.section}>
      <h3>{t('related')}</h3>
      {recipe === null ? null : <Link href={`/?q=recipe:${recipe}`}>{t('sameRecipe')}</Link>}
      {parents.length === 0 ? null : (
        <Row title={t('parents')}>
          {parents.map((parent) => (
            <li key={parent.id}>
              {parent.item === null ? (
                <span className={style.dim}>{t('parentGone')}</span>
              ) : (
                <Thumbnail item={parent.item} />
              )}
            </li>
          ))}
        </Row>
      )}
      {children.length === 0 ? null : (
        <Row title={t('children')}>
          {children.map((child) => (
            <li key={child.id}>
              <Thumbnail item={child} />
            </li>
          ))}
        </Row>
      )}
    </div>
  );
}

function Row({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <h4 className={style.rowTitle}>{title}</h4>
      <ul className={style.thumbs}>{children}</ul>
    </>
  );
}

function Thumbnail({ item }: { readonly item: Item }) {
  const name = item.meta.prompt || item.meta.original_filename;
  const page = PAGES[item.meta.kind];
  const image = <img src={item.thumb_url} alt={name} loading="lazy" decoding="async" />;
  return page === undefined ? image : <Link href={`${page}?view=${item.id}`}>{image}</Link>;
}
