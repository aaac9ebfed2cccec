import { X } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../ui/button.tsx';
import { Failure } from '../ui/states.tsx';
import { OpenPicture } from './open-picture.tsx';
import type { PictureViewerProps } from './picture-viewer.tsx';
import { useViewed } from './use-viewed.ts';
import { useChangeView } from './view-url.ts';
import style from './viewer.module.css';

/** The window over the page: React Aria keeps the focus in it, and gives it back. */
export default function ViewerWindow(props: Omit<PictureViewerProps, 'onClosed'> & { readonly id: string }) {
  const { t } = useTranslation(['viewer', 'common']);
  const changeView = useChangeView();
  const [frame, setFrame] = useState<HTMLDivElement | null>(null);
  const { viewed, error } = useViewed(props.sequence, props.id);
  const isClosing = useRef(false);
  const close = () => {
    // going back twice would leave the page
    if (isClosing.current) return;
    isClosing.current = true;
    changeView(undefined);
  };
  return (
    <ModalOverlay
      isOpen
      className={style.overlay ?? ''}
      onOpenChange={(open) => {
        if (!open) close();
      }}
    >
      <Modal className={style.modal ?? ''}>
        <div ref={setFrame} className={style.frame}>
          <Dialog className={style.window ?? ''} aria-label={t('viewer:title')}>
            {viewed === undefined ? (
              <Waiting onClose={close}>
                {error === null ? <p role="status">{t('common:loading')}</p> : <Failure error={error} />}
              </Waiting>
            ) : (
              <OpenPicture {...props} viewed={viewed} frame={frame} onClose={close} />
            )}
          </Dialog>
        </div>
      </Modal>
    </ModalOverlay>
  );
}

function Waiting({ children, onClose }: { readonly children: ReactNode; readonly onClose: () => void }) {
  const { t } = useTranslation('common');
  return (
    <div className={style.waiting}>
      <IconButton label={t('close')} onPress={onClose}>
        <X size={20} />
      </IconButton>
      {children}
    </div>
  );
}
