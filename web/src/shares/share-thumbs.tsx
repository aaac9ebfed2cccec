import { useState } from 'react';
import type { Share } from '../api/types.ts';
import style from './shares.module.css';

const MOST = 4;

/** The first pictures as its visitors see them; the link's own addresses are not counted as visits. */
export function ShareThumbs({ share }: { readonly share: Share }) {
  return (
    <div className={style.thumbs} aria-hidden>
      {share.ids.slice(0, MOST).map((id) => (
        <Thumb key={id} url={`${share.url}/${id}/thumb`} />
      ))}
    </div>
  );
}

/** Empty where the picture lies in the trash: then a visitor does not see it either. */
function Thumb({ url }: { readonly url: string }) {
  const [isGone, setGone] = useState(false);
  return (
    <span className={style.thumb}>
      {isGone ? null : <img src={url} alt="" loading="lazy" decoding="async" onError={() => setGone(true)} />}
    </span>
  );
}
