import { Search } from 'lucide-react';
import { Input } from 'react-aria-components/Input';
import { SearchField } from 'react-aria-components/SearchField';
import { useTranslation } from 'react-i18next';
import style from '../admin.module.css';

interface UserSearchProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Finds users by a part of their name. */
export function UserSearch({ value, onChange }: UserSearchProps) {
  const { t } = useTranslation('admin');
  return (
    <SearchField
      className={style.search ?? ''}
      aria-label={t('users.search')}
      value={value}
      onChange={onChange}
    >
      <Search size={18} aria-hidden />
      <Input className={style.searchInput ?? ''} placeholder={t('users.search')} maxLength={64} />
    </SearchField>
  );
}
