import { useTranslation } from 'react-i18next';
import type { Usage } from '../api/types.ts';
import { formatBytes, formatCount } from '../i18n/format.ts';
import { classes } from '../ui/classes.ts';
import { Meter } from '../ui/meter.tsx';
import { Failure, Notice } from '../ui/states.tsx';
import { Section } from './section.tsx';
import style from './settings.module.css';
import { bytesOf, countOf, type Limited, trashOf } from './space.ts';
import { useUsage } from './use-usage.ts';

/** How much there is, and how much there may be. */
export function SpaceSection() {
  const { t } = useTranslation(['settings', 'common']);
  const { data, error, refetch } = useUsage();
  return (
    <Section title={t('settings:space')}>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : <Space usage={data} />}
    </Section>
  );
}

function Space({ usage }: { readonly usage: Usage }) {
  const { t } = useTranslation('settings');
  return (
    <>
      <SpaceNotice usage={usage} />
      <Amount label={t('bytes')} of={bytesOf(usage)} format={formatBytes} />
      <Amount label={t('count')} of={countOf(usage)} format={formatCount} />
      <Kinds usage={usage} />
      {usage.trash.max_bytes === null ? null : (
        <Amount label={t('trashBytes')} of={trashOf(usage)} format={formatBytes} />
      )}
      <p className={style.dim}>{t('trashApart')}</p>
    </>
  );
}

/** A meter where there is a limit, else the number alone. */
function Amount({
  label,
  of: { used, most, state },
  format,
}: {
  readonly label: string;
  readonly of: Limited;
  readonly format: (value: number) => string;
}) {
  const { t } = useTranslation('settings');
  if (most === null) {
    return (
      <p className={style.amount}>
        <span>{label}</span>
        <span>{t('noLimit', { used: format(used) })}</span>
      </p>
    );
  }
  const text = t('usedOf', { used: format(used), most: format(most) });
  return <Meter label={label} value={used} most={Math.max(most, 1)} text={text} state={state} />;
}

/** What a full space means, by policy. */
const FULL_TEXTS = { block: 'full', warn: 'fullWarns', trash_oldest: 'fullTrashesOldest' } as const;

/** In words too: a colour alone says nothing to many. */
function SpaceNotice({ usage }: { readonly usage: Usage }) {
  const { t } = useTranslation('settings');
  if (usage.state === 'ok') return null;
  return (
    <Notice>
      <strong>{t(usage.state === 'full' ? FULL_TEXTS[usage.quota.policy] : 'nearlyFull')}</strong>
    </Notice>
  );
}

function Kinds({ usage }: { readonly usage: Usage }) {
  const { t } = useTranslation('settings');
  const kinds = ['generated', 'input', 'control'] as const;
  return (
    <table className={classes(style.table, style.numbers)}>
      <caption className="visually-hidden">{t('byKind')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('kind')}</th>
          <th scope="col">{t('pictures')}</th>
          <th scope="col">{t('size')}</th>
        </tr>
      </thead>
      <tbody>
        {kinds.map((kind) => (
          <KindRow key={kind} name={t(`kinds.${kind}`)} use={usage.kinds[kind]} />
        ))}
        <KindRow name={t('kinds.trash')} use={usage.trash} />
      </tbody>
    </table>
  );
}

function KindRow({ name, use }: { readonly name: string; readonly use: Usage['kinds']['generated'] }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{formatCount(use.count)}</td>
      <td>{formatBytes(use.bytes + use.thumb_bytes)}</td>
    </tr>
  );
}
