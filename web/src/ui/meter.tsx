import { Label } from 'react-aria-components/Label';
import { Meter as AriaMeter } from 'react-aria-components/Meter';
import { ProgressBar as AriaProgress } from 'react-aria-components/ProgressBar';
import { classes } from './classes.ts';
import style from './ui.module.css';

interface BarProps {
  readonly label: string;
  /** Of `most`. */
  readonly value: number;
  readonly most?: number;
  /** What stands at its right end and is read aloud, such as "1.2 of 5 GB". */
  readonly text: string;
}

/** How full something is. */
export function Meter({
  label,
  value,
  most = 1,
  text,
  state = 'ok',
}: BarProps & { readonly state?: 'ok' | 'warn' | 'full' }) {
  return (
    <AriaMeter className={style.meter ?? ''} value={Math.min(value, most)} maxValue={most} valueLabel={text}>
      {({ percentage }) => (
        <>
          <div className={style.meterTop}>
            <Label>{label}</Label>
            <span>{text}</span>
          </div>
          <div className={style.track}>
            <div
              className={classes(
                style.fill,
                state === 'warn' && style.fillWarn,
                state === 'full' && style.fillFull,
              )}
              style={{ width: `${percentage}%` }}
            />
          </div>
        </>
      )}
    </AriaMeter>
  );
}

/** How far something has come. */
export function Progress({ label, value, most = 1, text }: BarProps) {
  return (
    <AriaProgress className={style.meter ?? ''} value={value} maxValue={most} valueLabel={text}>
      {({ percentage = 0 }) => (
        <>
          <div className={style.meterTop}>
            <Label>{label}</Label>
            <span>{text}</span>
          </div>
          <div className={style.track}>
            <div className={style.fill} style={{ width: `${percentage}%` }} />
          </div>
        </>
      )}
    </AriaProgress>
  );
}
