import { useTranslation } from 'react-i18next';

export default function TrashPage() {
  const { t } = useTranslation('trash');
  return <h1>{t('title')}</h1>;
}
