import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import type { Changes } from '../address.ts';
import style from '../admin.module.css';
import { FAMILIES } from '../pictures.ts';
import { useTyped } from '../use-typed.ts';
import { type Filters, STATUSES } from './use-pictures.ts';

interface PictureFiltersProps {
  readonly filters: Filters;
  readonly onChange: (changes: Changes, how?: 'typing') => void;
}

export function PictureFilters({ filters, onChange }: PictureFiltersProps) {
  const { t } = useTranslation('admin');
  const [text, setText] = useTyped(filters.q, (q) => onChange({ q }, 'typing'));
  return (
    <search className={style.fields}>
      <Select
        label={t('user.family')}
        options={FAMILIES.map((value) => ({ value, label: t(`families.${value}`) }))}
        value={filters.family}
        onChange={(of) => onChange({ of: of === 'images' ? undefined : of })}
      />
      <Select
        label={t('user.status')}
        options={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
        value={filters.include}
        onChange={(include) => onChange({ include: include === 'all' ? undefined : include })}
      />
      <TextField
        label={t('user.from')}
        type="date"
        value={filters.from}
        onChange={(from) => onChange({ from }, 'typing')}
      />
      <TextField
        label={t('user.to')}
        type="date"
        value={filters.to}
        onChange={(to) => onChange({ to }, 'typing')}
      />
      <div className={style.wide}>
        <TextField label={t('user.text')} value={text} onChange={setText} />
      </div>
    </search>
  );
}
