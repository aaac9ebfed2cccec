import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import type { TransferPlan } from './use-transfer.ts';

interface TransferDialogProps {
  /** Undefined while nothing is asked. */
  readonly plan: TransferPlan | undefined;
  readonly onClose: () => void;
  /** @param to the end of the chain, where the name was itself moved */
  readonly onConfirm: (to: string) => void;
}

/** Repeats what goes where, as it cannot be taken back. */
export function TransferDialog({ plan, onClose, onConfirm }: TransferDialogProps) {
  const { t } = useTranslation('admin');
  if (plan === undefined) return null;
  const { from, to, count, over } = plan;
  const isOver = over.bytes > 0 || over.count > 0;
  return (
    <ConfirmDialog
      title={t('transfer.confirmTitle')}
      action={t('transfer.action')}
      danger
      isOpen
      onClose={onClose}
      onConfirm={() => onConfirm(to)}
    >
      <p>{t('transfer.plan', { count, number: formatCount(count), from, to })}</p>
      {isOver ? (
        <p>{t('transfer.over', { to, bytes: formatBytes(over.bytes), number: formatCount(over.count) })}</p>
      ) : null}
      <p>
        <strong>{t('transfer.final')}</strong>
      </p>
    </ConfirmDialog>
  );
}
