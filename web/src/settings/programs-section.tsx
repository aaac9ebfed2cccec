import { useTranslation } from 'react-i18next';
import { BASE_PATH } from '../base-path.ts';
import { Section } from './section.tsx';

/** Where the server describes itself; no page of ours. */
export function ProgramsSection() {
  const { t } = useTranslation('settings');
  return (
    <Section title={t('programs')}>
      <p>{t('programsText')}</p>
      <p>
        <a href={`${BASE_PATH}/docs`}>{t('apiDocs')}</a> · <a href={`${BASE_PATH}/openapi.json`}>OpenAPI</a>
      </p>
    </Section>
  );
}
