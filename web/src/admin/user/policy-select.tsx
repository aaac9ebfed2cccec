import { useTranslation } from 'react-i18next';
import { Select } from '../../ui/select.tsx';
import type { QuotaPolicy } from '../types.ts';

const POLICIES = ['block', 'warn', 'trash_oldest'] as const satisfies readonly QuotaPolicy[];

interface PolicySelectProps {
  readonly value: QuotaPolicy | 'default';
  readonly onChange: (policy: QuotaPolicy | 'default') => void;
}

/** What happens at a limit. */
export function PolicySelect({ value, onChange }: PolicySelectProps) {
  const { t } = useTranslation('admin');
  return (
    <Select
      label={t('quotas.policy')}
      options={[
        { value: 'default' as const, label: t('limits.default') },
        ...POLICIES.map((policy) => ({ value: policy, label: t(`policies.${policy}`) })),
      ]}
      value={value}
      onChange={onChange}
    />
  );
}
