import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearch } from 'wouter';
import type { Family, Selection } from '../api/types.ts';
import { useSequence } from '../grid/use-sequence.ts';
import { PageHead } from '../ui/page-head.tsx';
import { Select } from '../ui/select.tsx';
import { Empty } from '../ui/states.tsx';
import { FAMILIES, familyFrom, searchFor } from './trash-families.ts';
import { TrashSummary } from './trash-summary.tsx';

/** Days as the reader has them. */
const THROWN_AWAY: Selection = {
  status: 'trash',
  tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

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
  const { isReady, total } = useSequence(family, THROWN_AWAY);
  if (!isReady || total > 0) return null;
  return (
    <Empty icon={<Trash2 size={40} aria-hidden />} title={t('emptyTitle')}>
      <p>{t('emptyText')}</p>
    </Empty>
  );
}
