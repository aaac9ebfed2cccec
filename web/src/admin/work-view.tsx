import { ProgressBar } from 'react-aria-components/ProgressBar';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../i18n/format.ts';
import { Button } from '../ui/button.tsx';
import { Progress } from '../ui/meter.tsx';
import { Failure } from '../ui/states.tsx';
import style from './admin.module.css';
import type { Work } from './use-work.ts';

interface WorkViewProps {
  /** What is being done. */
  readonly label: string;
  readonly work: Pick<Work<unknown>, 'isRunning' | 'far' | 'error' | 'stop'>;
}

/** How far a long piece of work is, and how to end it; or why it failed. */
export function WorkView({ label, work: { isRunning, far, error, stop } }: WorkViewProps) {
  const { t } = useTranslation('admin');
  if (error !== null) return <Failure error={error} />;
  if (!isRunning) return null;
  const { done = 0, total } = far ?? {};
  return (
    <div className={style.buttons}>
      <div className={style.wide}>
        {total === undefined ? (
          <ProgressBar isIndeterminate aria-label={label}>
            {far === undefined ? label : t('work.doneOf', { label, number: formatCount(done) })}
          </ProgressBar>
        ) : (
          <Progress
            label={label}
            value={done}
            most={Math.max(1, total)}
            text={t('work.of', { done: formatCount(done), total: formatCount(total) })}
          />
        )}
      </div>
      <Button onPress={stop}>{t('work.stop')}</Button>
    </div>
  );
}
