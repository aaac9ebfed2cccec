import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import { useTranslation } from 'react-i18next';
import { formatMonth } from '../i18n/format.ts';
import { monthAt, monthsOf } from './months.ts';
import style from './scrubber.module.css';
import type { Viewport } from './viewport.ts';

/** Fewer months need no way to jump between them. */
const FEWEST = 3;
/** The handle stays so long after the page was scrolled, ms. */
const SHOWN_MS = 1_500;

interface ScrubberProps {
  readonly viewport: Viewport;
}

/** Jumps to a month: a slider along the right edge, newest at its top. It shows itself while the page scrolls. */
export function Scrubber({ viewport }: ScrubberProps) {
  const { t } = useTranslation('gallery');
  const frame = useSyncExternalStore(viewport.subscribe, () => viewport.frame);
  const months = useMemo(() => monthsOf(frame.chunks), [frame.chunks]);
  const [dragged, setDragged] = useState<number | undefined>(undefined);
  const isShown = useShown(frame.top);
  const last = months.length - 1;
  const here = monthAt(months, frame.layout, viewport.y + viewport.height / 3);
  const month = dragged ?? here;
  const text = formatMonth(months[month]?.month ?? '');
  const input = useValueText(text);
  if (months.length < FEWEST) return null;
  const go = (value: number) => {
    const at = last - value;
    setDragged(at);
    viewport.flyTo(frame.layout.topOf(months[at]?.chunk ?? 0));
  };
  return (
    <Slider
      orientation="vertical"
      aria-label={t('months')}
      minValue={0}
      maxValue={last}
      value={last - month}
      onChange={(value) => go(Number(value))}
      onChangeEnd={() => setDragged(undefined)}
      className={style.scrubber ?? ''}
      data-shown={isShown || dragged !== undefined || undefined}
    >
      <SliderTrack className={style.track ?? ''}>
        <SliderThumb className={style.thumb ?? ''} inputRef={input}>
          <span className={style.bubble}>{text}</span>
        </SliderThumb>
      </SliderTrack>
    </Slider>
  );
}

/** Read aloud instead of the slider's number. */
function useValueText(text: string) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.setAttribute('aria-valuetext', text));
  return input;
}

/** True for a while after something changed. */
function useShown(change: unknown): boolean {
  const [isShown, setShown] = useState(false);
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change is what it is about
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    setShown(true);
    const timer = setTimeout(() => setShown(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [change]);
  return isShown;
}
