import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Checkbox } from '../../ui/field.tsx';
import type { PurgePlan } from '../types.ts';
import { Objections } from './objections.tsx';
import type { PurgeRequest } from './use-purge.ts';

interface PurgeConfirmProps {
  readonly plan: PurgePlan;
  readonly request: PurgeRequest;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** @param hasSeen what speaks against it was seen, and it shall be done */
  readonly onConfirm: (hasSeen: boolean) => void;
}

/** The last question: the numbers again, and what speaks against it. */
export function PurgeConfirm({ plan, request, isOpen, onClose, onConfirm }: PurgeConfirmProps) {
  const { t } = useTranslation(['admin', 'common']);
  const [hasSeen, setSeen] = useState(false);
  const isObjected = plan.objections.length > 0;
  const whose =
    request.user === ''
      ? t('admin:purge.ofUsers', { count: plan.owners.length, number: formatCount(plan.owners.length) })
      : t('admin:purge.ofUser', { user: request.user });
  return (
    <Dialog title={t('admin:purge.confirmTitle')} isOpen={isOpen} onClose={onClose}>
      <p>
        {t('admin:purge.confirmText', {
          count: plan.count,
          number: formatCount(plan.count),
          bytes: formatBytes(plan.bytes),
          whose,
        })}
      </p>
      <Objections objections={plan.objections} />
      {isObjected ? (
        <Checkbox isSelected={hasSeen} onChange={setSeen}>
          {t('admin:purge.seen')}
        </Checkbox>
      ) : null}
      <DialogActions>
        <Button onPress={onClose}>{t('common:cancel')}</Button>
        <Button kind="danger" isDisabled={isObjected && !hasSeen} onPress={() => onConfirm(isObjected)}>
          {t('admin:purge.confirmAction', { count: plan.count, number: formatCount(plan.count) })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
