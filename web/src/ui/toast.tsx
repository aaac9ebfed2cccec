import { X } from 'lucide-react';
import { Text } from 'react-aria-components/Text';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from './button.tsx';
import style from './ui.module.css';

export interface ToastMessage {
  readonly text: string;
  /** Takes back what was done. */
  readonly undo?: () => void;
}

/** WCAG 2.2.1: a message with a button stays long enough to reach it; hovering or focusing it stops the clock. */
const UNDO_MS = 10_000;
const PLAIN_MS = 5_000;

const queue = new ToastQueue<ToastMessage>({ maxVisibleToasts: 3 });

/** Says what happened, for a while; with `undo`, what it can be taken back by. */
export function toast(message: ToastMessage): void {
  queue.add(message, { timeout: message.undo === undefined ? PLAIN_MS : UNDO_MS });
}

/** The place where messages are shown; a landmark of its own, reached by F6. */
export function Toasts() {
  const { t } = useTranslation('common');
  return (
    <ToastRegion queue={queue} className={style.toasts ?? ''} aria-label={t('messages')}>
      {({ toast: shown }) => (
        <Toast toast={shown} className={style.toast ?? ''}>
          <ToastContent>
            <Text slot="title">{shown.content.text}</Text>
          </ToastContent>
          {shown.content.undo === undefined ? null : (
            <Button
              kind="quiet"
              onPress={() => {
                queue.close(shown.key);
                shown.content.undo?.();
              }}
            >
              {t('undo')}
            </Button>
          )}
          <IconButton label={t('close')} slot="close">
            <X size={18} />
          </IconButton>
        </Toast>
      )}
    </ToastRegion>
  );
}
