import { Group } from 'react-aria-components/Group';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { withValue } from '../selection.ts';
import { doneTyping, useSelection } from '../selection-url.ts';
import { firstOfLast } from './days.ts';
import style from './filters.module.css';

const SPANS = [
  ['today', 1],
  ['lastWeek', 7],
  ['lastMonth', 30],
  ['lastYear', 365],
] as const;

/** From one day to another, both included. The browser's own date fields: they speak the reader's language, and need no library. */
export function DateRange() {
  const { t } = useTranslation('find');
  const [selection, select] = useSelection();
  const { from, to } = selection;
  // both are `YYYY-MM-DD`
  const isBackwards = from !== undefined && to !== undefined && from > to;
  const last = (days: number) =>
    select({ ...withValue(selection, 'to', undefined), from: firstOfLast(days, new Date()) });
  return (
    <Group className={style.group ?? ''} aria-label={t('date')}>
      <h3>{t('date')}</h3>
      <div className={style.spans}>
        {SPANS.map(([name, days]) => (
          <Button key={name} onPress={() => last(days)}>
            {t(name)}
          </Button>
        ))}
      </div>
      <div className={style.days}>
        <TextField
          type="date"
          label={t('from')}
          value={from ?? ''}
          onChange={(day) => select(withValue(selection, 'from', day), 'typing')}
          onBlur={doneTyping}
        />
        <TextField
          type="date"
          label={t('to')}
          error={isBackwards ? t('backwards') : undefined}
          value={to ?? ''}
          onChange={(day) => select(withValue(selection, 'to', day), 'typing')}
          onBlur={doneTyping}
        />
      </div>
    </Group>
  );
}
