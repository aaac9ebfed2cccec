import { ImageOff } from 'lucide-react';
import { useState } from 'react';
import type { Share } from '../api/types.ts';
import style from './shares.module.css';

const MOST = 4;

/** The first pictures as its visitors see them; the link's own addresses are not counted as visits. */
export function ShareThumbs({ share }: { readonly share: Share }) {
  return (
    <div className={style.thumbs} aria-hidden>
      {share.ids.slice(0, MOST).map((id) => (
        <span key={id} className={style.thumb}>
          {share.previews.includes(id) ? <Thumb url={`${share.url}/${id}/thumb`} /> : <Gone />}
        </span>
      ))}
    </div>
  );
}

function Thumb({ url }: { readonly url: string }) {
  const [isGone, setGone] = useState(false);
  if (isGone) return <Gone />;
  return <img src={url} alt="" loading="lazy" decoding="async" onError={() => setGone(true)} />;
}

/** It lies in the trash, or is no more: a visitor does not see it either. */
function Gone() {
  return <ImageOff size={16} />;
}
