import { X } from 'lucide-react';
import { useEffect, useSyncExternalStore } from 'react';
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
import { keyName } from './key-name.ts';
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

/**
 * The place where messages are shown; a landmark of its own, reached by F6. React Aria names it by the number of messages:
 * it is made known again when its name changes, so that a name of ours, always the same, would leave it unknown.
 */
export function Toasts() {
  const { t } = useTranslation('common');
  useUndoKey();
  return (
    <ToastRegion queue={queue} className={style.toasts ?? ''}>
      {({ toast: shown }) => (
        <Toast toast={shown} className={style.toast ?? ''}>
          <ToastContent>
            <Text slot="title">{shown.content.text}</Text>
          </ToastContent>
          {shown.content.undo === undefined ? null : (
            <Button kind="quiet" onPress={() => takeBack(shown)}>
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

function takeBack({ key, content }: (typeof queue.visibleToasts)[number]): void {
  queue.close(key);
  content.undo?.();
}

/** What is written in has an undo of its own. */
const WRITTEN_IN = 'input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable]';

/** Ctrl+Z takes back what the newest message tells of, wherever the focus is. */
function useUndoKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && keyName(event) === 'z';
      if (!isUndo || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(WRITTEN_IN) !== null) return;
      const newest = queue.visibleToasts.find(({ content }) => content.undo !== undefined);
      if (newest === undefined) return;
      event.preventDefault();
      takeBack(newest);
    };
    // after whatever lies over the page and has an undo of its own
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
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
