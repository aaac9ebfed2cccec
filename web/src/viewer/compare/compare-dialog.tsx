import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Family, Item } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/states.tsx';
import { itemQuery } from '../use-viewed.ts';
import { Differences } from './differences.tsx';
import { SideBySide } from './side-by-side.tsx';

export interface CompareDialogProps {
  readonly family: Family;
  readonly ids: readonly [string, string];
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Two pictures beside each other, and in what their recipes differ. */
export default function CompareDialog({ family, ids, isOpen, onClose }: CompareDialogProps) {
  const { t } = useTranslation(['viewer', 'common']);
  const [left, right] = useQueries({
    queries: [itemQuery(family, ids[0]), itemQuery(family, ids[1])],
  });
  const error = left.error ?? right.error;
  return (
    <Dialog title={t('compare')} isOpen={isOpen} onClose={onClose} wide>
      {error === null ? null : <Failure error={error} />}
      {left.data === undefined || right.data === undefined ? (
        <p role="status">{error === null ? t('common:loading') : ''}</p>
      ) : (
        <Compared left={left.data} right={right.data} />
      )}
      <DialogActions>
        <Button onPress={onClose}>{t('common:close')}</Button>
      </DialogActions>
    </Dialog>
  );
}

function Compared({ left, right }: { readonly left: Item; readonly right: Item }) {
  return (
    <>
      <SideBySide left={left} right={right} />
      <Differences left={left.meta} right={right.meta} />
    </>
  );
}
