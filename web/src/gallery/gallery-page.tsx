import { useTranslation } from 'react-i18next';

export function GalleryPage() {
  const { t } = useTranslation('gallery');
  return <h1>{t('title')}</h1>;
}
