import type { TFunction } from 'i18next';
import { memo, useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Failure } from '../ui/states.tsx';
import style from './shared.module.css';
import type { ViewerTexts } from './shared-viewer.ts';
import type { SharedPicture } from './use-shared.ts';

/** Drawn at once: a thousand would hold up a phone for seconds. The rest follows, a step a turn. */
const STEP = 60;

/** Rows of about one height: a picture takes as much of a row as its shape says. */
export function SharedGrid({ pictures }: { readonly pictures: readonly SharedPicture[] }) {
  const { t } = useTranslation(['shares', 'common']);
  const [failure, setFailure] = useState<unknown>();
  const count = useGrowing(pictures.length);
  const open = useCallback(
    async (index: number) => {
      try {
        const { openViewer } = await import('./shared-viewer.ts');
        openViewer(pictures, index, viewerTexts(t));
      } catch (error) {
        setFailure(error);
      }
    },
    [pictures, t],
  );
  return (
    <>
      {failure === undefined ? null : <Failure error={failure} />}
      <ul className={style.grid}>
        {pictures.slice(0, count).map((picture, index) => (
          <Tile key={picture.id} picture={picture} index={index} onOpen={open} />
        ))}
      </ul>
    </>
  );
}

/** How many of so many are drawn by now. */
function useGrowing(total: number): number {
  const [count, setCount] = useState(STEP);
  useEffect(() => {
    if (count >= total) return;
    const timer = setTimeout(() => setCount(count + STEP));
    return () => clearTimeout(timer);
  }, [count, total]);
  return count;
}

interface TileProps {
  readonly picture: SharedPicture;
  /** From 0. */
  readonly index: number;
  readonly onOpen: (index: number) => Promise<void>;
}

const Tile = memo(function Tile({ picture, index, onOpen }: TileProps) {
  const { t } = useTranslation('shares');
  const { prompt, thumb_url, width, height } = picture;
  const shape = width === null || height === null ? 1 : width / height;
  const name = prompt === undefined || prompt === null || prompt === '' ? undefined : prompt;
  return (
    <li
      className={style.tile}
      style={{
        // a share below 1 would leave a part of the row empty
        flexGrow: shape * 100,
        flexBasis: `calc(${shape} * var(--row))`,
      }}
    >
      <Button className={style.open ?? ''} onPress={() => void onOpen(index)}>
        <img
          src={thumb_url}
          alt={name ?? t('public.picture', { number: index + 1 })}
          style={{ aspectRatio: shape }}
          loading="lazy"
          decoding="async"
        />
      </Button>
    </li>
  );
});

function viewerTexts(t: TFunction<['shares', 'common']>): ViewerTexts {
  return {
    viewer: t('shares:public.viewer'),
    close: t('common:close'),
    zoom: t('shares:public.zoom'),
    previous: t('shares:public.previous'),
    next: t('shares:public.next'),
    download: t('shares:public.download'),
    failed: t('shares:public.failed'),
    picture: (number) => t('shares:public.picture', { number }),
  };
}
