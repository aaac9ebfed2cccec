import { ArrowUp } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onLive } from '../live/events.ts';
import { Button } from '../ui/button.tsx';
import type { Collection } from './collection-types.ts';
import style from './grid.module.css';
import type { Viewport } from './viewport.ts';

interface NewPicturesProps {
  readonly list: Collection;
  readonly viewport: Viewport;
}

/** New pictures come in at the top. Who is further down is told so, and stays where he is. */
export function NewPictures({ list, viewport }: NewPicturesProps) {
  const { t } = useTranslation('gallery');
  const [count, setCount] = useState(0);
  const { family } = list;
  useEffect(() => {
    const forget = () => {
      if (viewport.y <= 0) setCount(0);
    };
    window.addEventListener('scroll', forget, { passive: true });
    const stop = onLive(({ op, family: changed, id }) => {
      if (op !== 'created' || changed !== family || viewport.y <= 0) return;
      // of a search only what it finds: that is known when it was counted again
      if (list.peekIndexOf(id) !== -1 || list.isPlain) setCount((before) => before + 1);
    });
    return () => {
      window.removeEventListener('scroll', forget);
      stop();
    };
  }, [list, viewport, family]);
  return (
    <div className={style.news} role="status">
      {count === 0 ? null : (
        <Button
          kind="primary"
          onPress={() => {
            setCount(0);
            window.scrollTo({ top: 0, behavior: 'instant' });
          }}
        >
          <ArrowUp size={16} aria-hidden />
          {t('newPictures', { count })}
        </Button>
      )}
    </div>
  );
}
