import { useTranslation } from 'react-i18next';

export default function SharesPage() {
  const { t } = useTranslation('shares');
  return <h1>{t('title')}</h1>;
}
