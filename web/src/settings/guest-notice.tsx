import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me.ts';
import { takesBelow } from '../ui/below.ts';
import { ButtonLink, IconButton } from '../ui/button.tsx';
import { Notice } from '../ui/states.tsx';
import { hideGuestNotice, isGuestNoticeHidden } from './guest-notice-state.ts';
import style from './settings.module.css';
import { useUsage } from './use-usage.ts';

/**
 * Tells a guest who has pictures that they hang on this browser alone. Nothing for members, for those who have none yet,
 * and where it was put away. It lies over the window's lower edge: whether there is one is known after the pictures are
 * there, and nothing of them may move.
 */
export function GuestNotice() {
  const { data: me } = useMe();
  if (me?.kind !== 'guest' || isGuestNoticeHidden(me.owner)) return null;
  return <NoticeFor owner={me.owner} />;
}

function NoticeFor({ owner }: { readonly owner: string }) {
  const { t } = useTranslation('settings');
  const [isAway, putAway] = useState(false);
  const { data: usage } = useUsage();
  if (isAway || usage === undefined || usage.count === 0) return null;
  return (
    <div className={style.guestNotice} ref={takesBelow}>
      <Notice
        actions={
          <>
            <ButtonLink href="/you">{t('noticeAction')}</ButtonLink>
            <IconButton
              label={t('noticeHide')}
              onPress={() => {
                hideGuestNotice(owner);
                putAway(true);
              }}
            >
              <X size={18} aria-hidden />
            </IconButton>
          </>
        }
      >
        {t('noticeText')}
      </Notice>
    </div>
  );
}
