import { useTranslation } from 'react-i18next';
import { PageHead } from '../ui/page-head.tsx';
import { AccessSection } from './access-section.tsx';
import { IdentitySection } from './identity-section.tsx';
import { LooksSection } from './looks-section.tsx';
import { ProgramsSection } from './programs-section.tsx';
import style from './settings.module.css';
import { SpaceSection } from './space-section.tsx';

/** What one has, who one is here, and how it looks. */
export default function SettingsPage() {
  const { t } = useTranslation('settings');
  return (
    <div className={style.page}>
      <PageHead title={t('title')} />
      <SpaceSection />
      <IdentitySection />
      <LooksSection />
      <AccessSection />
      <ProgramsSection />
    </div>
  );
}
