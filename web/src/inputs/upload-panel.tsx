import { CircleAlert, CircleCheck, RotateCcw, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/format.ts';
import { useProblemText } from '../i18n/problem-text.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Progress } from '../ui/meter.tsx';
import style from './inputs.module.css';
import { isOver, mayGoBetter, progressOf, type Upload } from './upload-queue.ts';
import { uploads, useUploads } from './uploads.ts';

/** Rows at a time: a dropped folder of a thousand files is told in numbers. */
const MOST_ROWS = 50;

/** What is on its way in, what came, and what did not and why. */
export function UploadPanel() {
  const { t } = useTranslation('inputs');
  const all = useUploads();
  const open = all.filter((upload) => !isOver(upload));
  const failed = all.filter(({ state }) => state === 'failed');
  const stored = all.filter(({ state }) => state === 'stored').length;
  const rows = [...failed, ...open, ...all.filter(isQuietlyOver).reverse()];
  const summary = t('uploadSummary', { stored, count: all.length, failed: failed.length });
  return (
    <>
      <p role="status" className="visually-hidden">
        {all.length === 0 ? '' : summary}
      </p>
      {all.length === 0 ? null : (
        <section className={style.panel} aria-label={t('uploads')}>
          <PanelHead
            all={all}
            hasOpen={open.length > 0}
            canRetry={failed.some(mayGoBetter)}
            summary={summary}
          />
          <ul className={style.rows}>
            {rows.slice(0, MOST_ROWS).map((upload) => (
              <UploadRow key={upload.id} upload={upload} />
            ))}
          </ul>
          {rows.length > MOST_ROWS ? <p>{t('andMore', { count: rows.length - MOST_ROWS })}</p> : null}
        </section>
      )}
    </>
  );
}

function isQuietlyOver({ state }: Upload): boolean {
  return state === 'stored' || state === 'cancelled';
}

interface PanelHeadProps {
  readonly all: readonly Upload[];
  readonly hasOpen: boolean;
  readonly canRetry: boolean;
  readonly summary: string;
}

function PanelHead({ all, hasOpen, canRetry, summary }: PanelHeadProps) {
  const { t } = useTranslation(['inputs', 'common']);
  const { sent, total } = progressOf(all);
  return (
    <div className={style.panelHead}>
      <div className={style.panelProgress}>
        {hasOpen ? (
          <Progress
            label={summary}
            value={sent}
            most={Math.max(total, 1)}
            text={t('inputs:ofBytes', { sent: formatBytes(sent), total: formatBytes(total) })}
          />
        ) : (
          <p>{summary}</p>
        )}
      </div>
      {canRetry ? <Button onPress={uploads.retryFailed}>{t('inputs:retryFailed')}</Button> : null}
      {hasOpen ? (
        <Button onPress={uploads.cancelAll}>{t('inputs:cancelAll')}</Button>
      ) : (
        <IconButton label={t('common:close')} onPress={uploads.clear}>
          <X size={18} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

function UploadRow({ upload }: { readonly upload: Upload }) {
  const { t } = useTranslation(['inputs', 'common']);
  const { id, file, state } = upload;
  const stateText =
    state === 'sending'
      ? formatBytes(file.size)
      : t(state === 'storing' ? 'inputs:storing' : 'inputs:waiting');
  return (
    <li className={style.row}>
      <div className={style.rowMain}>
        {isOver(upload) ? (
          <span className={style.rowName}>{file.name}</span>
        ) : (
          <Progress label={file.name} value={upload.sent} most={Math.max(file.size, 1)} text={stateText} />
        )}
        <Outcome upload={upload} />
      </div>
      {mayGoBetter(upload) ? (
        <IconButton label={t('inputs:retryFile', { name: file.name })} onPress={() => uploads.retry(id)}>
          <RotateCcw size={18} aria-hidden />
        </IconButton>
      ) : null}
      {isOver(upload) ? null : (
        <IconButton label={t('inputs:cancelFile', { name: file.name })} onPress={() => uploads.cancel(id)}>
          <X size={18} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

function Outcome({ upload }: { readonly upload: Upload }) {
  const { t } = useTranslation('inputs');
  const problemText = useProblemText();
  if (upload.state === 'failed') {
    return (
      <span className={style.bad}>
        <CircleAlert size={16} aria-hidden />
        {problemText(upload.error)}
      </span>
    );
  }
  if (upload.state === 'stored') {
    return (
      <span className={style.good}>
        <CircleCheck size={16} aria-hidden />
        {t(upload.wasThere === true ? 'wasThere' : 'stored')}
      </span>
    );
  }
  return upload.state === 'cancelled' ? <span className={style.dim}>{t('cancelled')}</span> : null;
}
