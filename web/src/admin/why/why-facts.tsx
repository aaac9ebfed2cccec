import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button.tsx';
import style from '../admin.module.css';
import { DataTable } from '../data-table.tsx';
import { ReportFacts, useMemberName, useValueText } from '../report-text.tsx';
import type { Report } from '../types.ts';

/** What the server knows of a picture: sums first, then its files, then the record as it is. */
export function WhyFacts({ facts }: { readonly facts: Report }) {
  const { t } = useTranslation('admin');
  const nameOf = useMemberName();
  const textOf = useValueText();
  const { files, record, damage } = facts;
  const text = JSON.stringify(record, undefined, 2);
  return (
    <div role="status">
      <section className={style.section}>
        <h2>{t('why.facts')}</h2>
        {Array.isArray(damage) && damage.length === 0 ? <p>{t('why.sound')}</p> : null}
        <ReportFacts report={facts} without={['files', 'record']} />
      </section>
      <section className={style.section}>
        <h2>{t('why.files')}</h2>
        <DataTable
          label={t('why.files')}
          rows={Array.isArray(files) ? files.filter(isReport) : []}
          keyOf={(file, index) => `${index} ${String(file['key'])}`}
          columns={['role', 'key', 'bytes', 'modified'].map((name) => ({
            id: name,
            title: nameOf(name),
            cell: (file: Report) =>
              file[name] === null && name === 'bytes' ? t('why.missing') : textOf(name, file[name]),
          }))}
        />
      </section>
      <section className={style.section}>
        <h2>{t('why.record')}</h2>
        <div className={style.buttons}>
          <CopyButton text={text} label={t('why.copy')} />
        </div>
        <pre className={style.pre}>{text}</pre>
      </section>
    </div>
  );
}

function isReport(value: unknown): value is Report {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
