import { X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Text } from 'react-aria-components/Text';
import {
  UNSTABLE_Toast as Toast,
  UNSTABLE_ToastContent as ToastContent,
  UNSTABLE_ToastQueue as ToastQueue,
  UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../i18n/format.ts';
import { Button, IconButton } from './button.tsx';
import { Progress } from './meter.tsx';
import style from './ui.module.css';
import type { Work } from './work.ts';

export interface ToastMessage {
  readonly text: string;
  /** Takes back what was done. */
  readonly undo?: () => void;
  /** What it tells of is not over yet: it stays until it is closed. */
  readonly work?: Work;
}

/** WCAG 2.2.1: a message with a button stays long enough to reach it; hovering or focusing it stops the clock. */
const UNDO_MS = 10_000;
const PLAIN_MS = 5_000;

const queue = new ToastQueue<ToastMessage>({ maxVisibleToasts: 3 });

/** Says what happened, for a while; with `undo`, what it can be taken back by. @returns closes it */
export function toast(message: ToastMessage): () => void {
  const timeout = message.undo === undefined ? PLAIN_MS : UNDO_MS;
  const key = queue.add(message, message.work === undefined ? { timeout } : {});
  return () => queue.close(key);
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
          {shown.content.work === undefined ? (
            <IconButton label={t('close')} slot="close" hasTooltip={false}>
              <X size={18} />
            </IconButton>
          ) : (
            <AtWork work={shown.content.work} />
          )}
        </Toast>
      )}
    </ToastRegion>
  );
}

/** Beside the words and not in them: those are read aloud at every change. */
function AtWork({ work }: { readonly work: Work }) {
  const { t } = useTranslation('common');
  const done = useSyncExternalStore(work.subscribe, () => work.done);
  const isStopped = useSyncExternalStore(work.subscribe, () => work.signal.aborted);
  return (
    <>
      <div className={style.work}>
        <Progress
          label={t('progress')}
          value={done}
          most={work.total}
          text={t('ofAll', { done: formatCount(done), total: formatCount(work.total) })}
        />
      </div>
      <Button kind="quiet" isPending={isStopped} onPress={work.stop}>
        {t('stop')}
      </Button>
    </>
  );
}
