import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Item } from '../api/types.ts';
import style from './grid.module.css';
import { drawLater } from './placeholder.ts';

/** Thumbnails that were shown: the browser has them, and they come back without a placeholder. */
const seen = new Set<string>();
const MOST_SEEN = 20_000;
/** What comes so soon needs no fading in, ms. */
const AT_ONCE = 100;

interface ThumbnailProps {
  readonly item: Item;
}

/** A picture's thumbnail over its placeholder. What leaves the page before it is there stops loading. */
export function Thumbnail({ item }: ThumbnailProps) {
  const { thumb_url: url, meta } = item;
  const image = useRef<HTMLImageElement>(null);
  const [state, setState] = useState<'waiting' | 'fading' | 'there' | 'broken'>(() =>
    seen.has(url) ? 'there' : 'waiting',
  );
  const began = useRef(0);
  // its end comes while the picture is still in the page: Chromium keeps one for ever that loses its address outside of it,
  // and with it the whole tile
  useLayoutEffect(() => {
    began.current = performance.now();
    const element = image.current;
    // set here and not by React: taken out of the page, it would go on loading
    if (element !== null && element.src === '') element.src = url;
    return () => {
      if (element !== null && !element.complete) element.removeAttribute('src');
    };
  }, [url]);
  return (
    <>
      {state === 'waiting' && meta.thumbhash !== null ? <Blur hash={meta.thumbhash} /> : null}
      <img
        ref={image}
        alt=""
        className={style.image}
        data-state={state}
        decoding="async"
        draggable={false}
        onLoad={() => {
          if (seen.size >= MOST_SEEN) seen.clear();
          seen.add(url);
          setState(performance.now() - began.current < AT_ONCE ? 'there' : 'fading');
        }}
        onError={() => setState('broken')}
      />
    </>
  );
}

function Blur({ hash }: { readonly hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => (canvas.current === null ? undefined : drawLater(canvas.current, hash)), [hash]);
  return <canvas ref={canvas} className={style.blur} />;
}
