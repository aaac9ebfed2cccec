import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/field.tsx';
import { isAmount } from './limits-draft.ts';

interface LimitFieldProps {
  readonly of: 'bytes' | 'count' | 'trash';
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** One limit: empty as for everybody, 0 for none. */
export function LimitField({ of, value, onChange }: LimitFieldProps) {
  const { t } = useTranslation('admin');
  return (
    <TextField
      label={t(`limits.${of}`)}
      inputMode="decimal"
      autoComplete="off"
      placeholder={t('limits.default')}
      value={value}
      onChange={onChange}
      error={isAmount(value, of) ? undefined : t('limits.wrong')}
    />
  );
}
