import { useTranslation } from 'react-i18next';

export default function InputsPage() {
  const { t } = useTranslation('inputs');
  return <h1>{t('title')}</h1>;
}
