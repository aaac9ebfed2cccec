import i18next from 'i18next';
import { Maximize } from 'lucide-react';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { Label } from 'react-aria-components/Label';
import { Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../api/types.ts';
import { IconButton } from '../../ui/button.tsx';
import style from './compare.module.css';

/** Eight times the whole picture: single pixels can be told apart on any screen. */
const MOST_ZOOM = 8;

interface Pair {
  readonly left: Item;
  readonly right: Item;
}

/**
 * Both show the same part at the same size. A pane is a box that scrolls: wheel, finger and arrow keys move it as they
 * move anything else, and the other one follows.
 */
export function SideBySide({ left, right }: Pair) {
  const { t } = useTranslation('viewer');
  const [zoom, setZoom] = useState(1);
  const panes = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)] as const;
  useCentre(panes, zoom);
  return (
    <div className={style.both}>
      <div className={style.panes}>
        <Pane item={left} side={t('left')} zoom={zoom} own={panes[0]} other={panes[1]} />
        <Pane item={right} side={t('right')} zoom={zoom} own={panes[1]} other={panes[0]} />
      </div>
      <div className={style.zoom}>
        <Slider
          className={style.slider ?? ''}
          value={zoom}
          onChange={setZoom}
          minValue={1}
          maxValue={MOST_ZOOM}
          step={0.25}
          formatOptions={{ style: 'percent' }}
        >
          <Label>{t('zoom')}</Label>
          <SliderTrack className={style.track ?? ''}>
            <SliderThumb className={style.thumb ?? ''} />
          </SliderTrack>
          <SliderOutput>
            {new Intl.NumberFormat(i18next.language, { style: 'percent' }).format(zoom)}
          </SliderOutput>
        </Slider>
        <IconButton label={t('resetZoom')} isDisabled={zoom === 1} onPress={() => setZoom(1)}>
          <Maximize size={18} />
        </IconButton>
      </div>
    </div>
  );
}

type PaneRef = RefObject<HTMLDivElement | null>;

interface PaneProps {
  readonly item: Item;
  readonly side: string;
  readonly zoom: number;
  readonly own: PaneRef;
  readonly other: PaneRef;
}

function Pane({ item, side, zoom, own, other }: PaneProps) {
  const { prompt, original_filename } = item.meta;
  const name = prompt || original_filename;
  const follow = () => {
    if (own.current === null || other.current === null) return;
    const { scrollLeft, scrollTop } = own.current;
    // its own event finds both alike, and ends it
    if (other.current.scrollLeft !== scrollLeft) other.current.scrollLeft = scrollLeft;
    if (other.current.scrollTop !== scrollTop) other.current.scrollTop = scrollTop;
  };
  return (
    <figure className={style.figure}>
      <section
        ref={own}
        className={style.pane}
        onScroll={follow}
        aria-label={`${side}: ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard (WCAG 2.1.1)
        tabIndex={0}
      >
        <div className={style.inner} style={{ width: `${zoom * 100}%`, height: `${zoom * 100}%` }}>
          <img src={item.url} alt={name} decoding="async" />
        </div>
      </section>
      <figcaption>{side}</figcaption>
    </figure>
  );
}

/** What is in the middle stays there when the size changes. */
function useCentre(panes: readonly [PaneRef, PaneRef], zoom: number): void {
  const before = useRef(zoom);
  useLayoutEffect(() => {
    const factor = zoom / before.current;
    before.current = zoom;
    const pane = panes[0].current;
    if (factor === 1 || pane === null) return;
    const [x, y] = [pane.clientWidth / 2, pane.clientHeight / 2];
    // the other one follows
    pane.scrollTo((pane.scrollLeft + x) * factor - x, (pane.scrollTop + y) * factor - y);
  }, [panes, zoom]);
}
