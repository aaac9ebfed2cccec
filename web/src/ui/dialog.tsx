import { type ReactNode, useEffect } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import style from './ui.module.css';

export interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A window over the page. Escape and a click beside it close it; focus goes back to where it was. */
export function Dialog({ title, isOpen, onClose, wide = false, children }: DialogProps) {
  return (
    <ModalOverlay
      className={style.veil ?? ''}
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className={classes(style.modal, wide && style.wide)}>
        <AriaDialog className={style.dialog ?? ''}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
          <WayBack />
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** What the dialog was opened from may be gone by what was done in it: the focus then goes to the page's content, not nowhere. */
function WayBack() {
  useEffect(
    () => () => {
      // React Aria gives the focus back one frame after the dialog is gone
      requestAnimationFrame(() => requestAnimationFrame(focusLost));
    },
    [],
  );
  return null;
}

function focusLost(): void {
  if (document.activeElement !== document.body) return;
  document.getElementById('content')?.focus({ preventScroll: true });
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={style.actions}>{children}</div>;
}

export interface ConfirmProps {
  readonly title: string;
  /** What will happen, and whether it can be undone. */
  readonly children: ReactNode;
  /** The verb of what happens; never "OK". */
  readonly action: string;
  readonly danger?: boolean;
  readonly isBusy?: boolean;
  readonly isOpen: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that cannot be taken back. What can be undone is not asked for: it gets an undo toast. */
export function ConfirmDialog(props: ConfirmProps) {
  const { t } = useTranslation('common');
  const { title, children, action, danger = false, isBusy = false, isOpen, onConfirm, onClose } = props;
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <div>{children}</div>
      <DialogActions>
        <Button onPress={onClose}>{t('cancel')}</Button>
        <Button kind={danger ? 'danger' : 'primary'} isPending={isBusy} onPress={onConfirm}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
