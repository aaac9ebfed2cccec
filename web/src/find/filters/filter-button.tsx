import { SlidersHorizontal } from 'lucide-react';
import { lazy, useState } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Popover } from 'react-aria-components/Popover';
import { useTranslation } from 'react-i18next';
import type { Family } from '../../api/types.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Part } from '../../ui/part.tsx';
import { SavedAndHelp } from '../saved-and-help.tsx';
import { useSelection } from '../selection-url.ts';
import { useIsWide } from '../use-wide.ts';
import { chipsOf } from './chips.ts';
import style from './filters.module.css';

const FilterPanel = lazy(() => import('./filter-panel.tsx'));

/** Opens the filters: beside the pictures where there is room, over them on a phone. */
export function FilterButton({ family }: { readonly family: Family }) {
  const { t } = useTranslation('find');
  const [selection] = useSelection();
  const isWide = useIsWide();
  const [isOpen, setOpen] = useState(false);
  const chosen = chipsOf(selection).length;
  const label = chosen === 0 ? t('filters') : t('filtersOn', { count: chosen });
  const content = (
    <Dialog className={style.dialog ?? ''}>
      <div className={style.head}>
        <Heading slot="title" level={2}>
          {t('filters')}
        </Heading>
        {/* the bar of a phone has no room for them */}
        {isWide ? null : <SavedAndHelp />}
      </div>
      <Part>
        <FilterPanel family={family} />
      </Part>
      {isWide ? null : (
        <Button kind="primary" onPress={() => setOpen(false)}>
          {t('showResults')}
        </Button>
      )}
    </Dialog>
  );
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <IconButton label={label}>
        <span className={style.badged}>
          <SlidersHorizontal size={20} />
          {chosen === 0 ? null : <span className={style.badge}>{chosen}</span>}
        </span>
      </IconButton>
      {isWide ? (
        <Popover className={style.popover ?? ''} placement="bottom end">
          {content}
        </Popover>
      ) : (
        <ModalOverlay className={style.veil ?? ''} isDismissable>
          <Modal className={style.sheet ?? ''}>{content}</Modal>
        </ModalOverlay>
      )}
    </DialogTrigger>
  );
}
