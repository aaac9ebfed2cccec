import { useTranslation } from 'react-i18next';
import type { Meta } from '../../api/types.ts';
import { Highlighted } from '../../find/highlighted.tsx';
import en from '../../i18n/en/viewer.ts';
import { formatBytes, formatTime } from '../../i18n/format.ts';
import style from './panel.module.css';

type Source = keyof typeof en.sources;

/** The file: name, when, how large, and how it came here. */
export function FileFacts({ meta }: { readonly meta: Meta }) {
  const { t } = useTranslation('viewer');
  const facts = [
    ['name', <Highlighted key="name" text={meta.original_filename} />],
    [
      'created',
      <time key="created" dateTime={meta.created_at}>
        {formatTime(meta.created_at)}
      </time>,
    ],
    ['size', formatBytes(meta.bytes)],
    ['type', meta.mime],
    ['source', isSource(meta.source) ? t(`sources.${meta.source}`) : meta.source],
    ...(meta.purge_at === undefined
      ? []
      : ([['purge', meta.purge_at === null ? t('neverPurged') : formatTime(meta.purge_at)]] as const)),
  ] as const;
  return (
    <div className={style.section}>
      <h3>{t('file')}</h3>
      <dl className={style.fields}>
        {facts.map(([name, value]) => (
          <div key={name} className={style.short}>
            <dt>{t(`facts.${name}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function isSource(text: string): text is Source {
  return Object.hasOwn(en.sources, text);
}
