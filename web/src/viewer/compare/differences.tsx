import { ChevronDown } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Disclosure, DisclosurePanel } from 'react-aria-components/Disclosure';
import { Heading } from 'react-aria-components/Heading';
import { useTranslation } from 'react-i18next';
import type { Meta } from '../../api/types.ts';
import { differencesOf, type FieldDifference, type Piece } from '../recipe/difference.ts';
import style from './compare.module.css';

/** In what two recipes differ; what is alike can be unfolded. */
export function Differences({ left, right }: { readonly left: Meta; readonly right: Meta }) {
  const { t } = useTranslation('viewer');
  const rows = differencesOf(left, right);
  const different = rows.filter(({ isEqual }) => !isEqual);
  const equal = rows.filter(({ isEqual }) => isEqual);
  return (
    <div className={style.differences}>
      <h3>{t('differences')}</h3>
      {different.length === 0 ? <p>{t('noDifferences')}</p> : <Rows rows={different} />}
      {equal.length === 0 ? null : (
        <Disclosure>
          <Heading level={3}>
            <Button slot="trigger" className={style.trigger ?? ''}>
              <ChevronDown size={16} aria-hidden />
              {t('equalFields', { count: equal.length })}
            </Button>
          </Heading>
          <DisclosurePanel>
            <dl className={style.equal}>
              {equal.map(({ field, left: pieces }) => (
                <div key={field}>
                  <dt>{t(`fields.${field}`)}</dt>
                  <dd>{pieces.map(({ text }) => text).join('')}</dd>
                </div>
              ))}
            </dl>
          </DisclosurePanel>
        </Disclosure>
      )}
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly FieldDifference[] }) {
  const { t } = useTranslation('viewer');
  return (
    <table className={style.table}>
      <thead>
        <tr>
          <th scope="col">{t('field')}</th>
          <th scope="col">{t('left')}</th>
          <th scope="col">{t('right')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ field, left, right }) => (
          <tr key={field}>
            <th scope="row">{t(`fields.${field}`)}</th>
            <td>
              <Pieces pieces={left} />
            </td>
            <td>
              <Pieces pieces={right} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Marked by a line under it too: colours alone are not seen by everybody. */
function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  const { t } = useTranslation('viewer');
  if (pieces.length === 0) return <span className={style.none}>{t('noValue')}</span>;
  return pieces.map(({ text, isOwn }, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no name but their place
    isOwn ? <mark key={index}>{text}</mark> : text,
  );
}
