import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatCount, formatDay } from '../i18n/format.ts';
import { Checkbox } from '../ui/field.tsx';
import style from './grid.module.css';

interface DayHeadingProps {
  readonly date: string;
  readonly count: number;
  /** How many of them are picked. */
  readonly picked: number;
  readonly top: number;
  readonly height: number;
  readonly onPick: (on: boolean) => void;
}

/** A day's heading stays in view as long as its pictures are. */
export const DayHeading = memo(
  function DayHeading({ date, count, picked, top, height, onPick }: DayHeadingProps) {
    const { t } = useTranslation('gallery');
    const day = formatDay(date);
    return (
      <div className={style.headingPlace} style={{ top, height }}>
        <div className={style.heading}>
          <h2>{day}</h2>
          <span className={style.count}>{t('pictures', { count, number: formatCount(count) })}</span>
          <span className={style.pickDay} data-picked={picked > 0 || undefined}>
            {/* keys have Ctrl+A for it: the grid is one stop of the tab key, not one a day */}
            <Checkbox
              excludeFromTabOrder
              aria-label={t('pickDay', { day })}
              isSelected={picked === count}
              isIndeterminate={picked > 0 && picked < count}
              onChange={onPick}
            >
              {null}
            </Checkbox>
          </span>
        </div>
      </div>
    );
  },
  (a, b) =>
    a.date === b.date &&
    a.count === b.count &&
    a.picked === b.picked &&
    a.top === b.top &&
    a.height === b.height,
);
