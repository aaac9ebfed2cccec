import { Trash2 } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearch } from 'wouter';
import type { ActionName } from '../actions/action-name.ts';
import { useActions } from '../actions/use-actions.ts';
import type { Family, Item, Selection } from '../api/types.ts';
import { focusGrid } from '../grid/focus-grid.ts';
import { PictureGrid } from '../grid/picture-grid.tsx';
import { useSequence } from '../grid/use-sequence.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Select } from '../ui/select.tsx';
import { Empty } from '../ui/states.tsx';
import { PictureViewer } from '../viewer/picture-viewer.tsx';
import { useOpenPicture } from '../viewer/view-url.ts';
import { purgeNoteOf } from './purge-note.ts';
import { FAMILIES, familyFrom, searchFor } from './trash-families.ts';
import { TrashSummary } from './trash-summary.tsx';

/** Days as the reader has them. */
const THROWN_AWAY: Selection = {
  status: 'trash',
  tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

const ACTIONS: readonly ActionName[] = ['restore'];

/** What was deleted and can still be got back. */
export default function TrashPage() {
  const { t } = useTranslation('trash');
  const [, navigate] = useLocation();
  const family = familyFrom(useSearch());
  return (
    <>
      <PageHead title={t('title')} about={<TrashSummary />}>
        <Select
          label={t('show')}
          options={FAMILIES.map((value) => ({ value, label: t(`families.${value}`) }))}
          value={family}
          onChange={(value) => navigate(`/trash${searchFor(value)}`)}
        />
      </PageHead>
      <TrashGrid key={family} family={family} />
    </>
  );
}

function TrashGrid({ family }: { readonly family: Family }) {
  const { t } = useTranslation('trash');
  const sequence = useSequence(family, THROWN_AWAY);
  const open = useOpenPicture();
  const actions = useActions(family);
  const note = useCallback(
    (item: Item) => {
      const said = purgeNoteOf(item.meta.purge_at, Date.now());
      return said.text === 'inDays' ? t('inDays', { count: said.count }) : t(said.text);
    },
    [t],
  );
  return (
    <>
      <PictureGrid
        family={family}
        selection={THROWN_AWAY}
        label={t('title')}
        onOpen={open}
        note={note}
        actions={ACTIONS}
        empty={
          <Empty icon={<Trash2 size={40} aria-hidden />} title={t('emptyTitle')}>
            <p>{t('emptyText')}</p>
          </Empty>
        }
      />
      <PictureViewer family={family} sequence={sequence} actions={actions} isTrash onClosed={focusGrid} />
    </>
  );
}
