import { useTranslation } from 'react-i18next';
import { LANGUAGES, setLanguage } from '../i18n/index.ts';
import { LANGUAGE_NAMES, THEME_TEXTS } from '../shell/preferences.tsx';
import { setTheme, THEMES, useTheme } from '../shell/theme.ts';
import { Select } from '../ui/select.tsx';
import { Section } from './section.tsx';
import style from './settings.module.css';

/** Language and appearance, which the menu in the bar has too. */
export function LooksSection() {
  const { t, i18n } = useTranslation(['settings', 'common']);
  const theme = useTheme();
  const language = LANGUAGES.find((name) => name === i18n.language) ?? 'en';
  return (
    <Section title={t('settings:looks')}>
      <div className={style.selects}>
        <Select
          label={t('common:language')}
          options={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          value={language}
          onChange={(value) => void setLanguage(value)}
        />
        <Select
          label={t('common:theme')}
          options={THEMES.map((value) => ({ value, label: t(`common:${THEME_TEXTS[value]}`) }))}
          value={theme}
          onChange={setTheme}
        />
      </div>
    </Section>
  );
}
