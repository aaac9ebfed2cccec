import { SunMoon } from 'lucide-react';
import { Header } from 'react-aria-components/Header';
import { MenuSection } from 'react-aria-components/Menu';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language, setLanguage } from '../i18n/index.ts';
import { IconButton } from '../ui/button.tsx';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { setTheme, THEMES, useTheme } from './theme.ts';

/** Each in its own language: who cannot read this one finds it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  ko: '한국어',
  ja: '日本語',
};
export const THEME_TEXTS = { system: 'themeSystem', light: 'themeLight', dark: 'themeDark' } as const;

/** Appearance and language. */
export function Preferences() {
  const { t, i18n } = useTranslation('common');
  const theme = useTheme();
  const choose = (key: string | number) => {
    const language = LANGUAGES.find((name) => name === key);
    if (language !== undefined) void setLanguage(language);
    const wanted = THEMES.find((name) => name === key);
    if (wanted !== undefined) setTheme(wanted);
  };
  return (
    <MenuButton
      trigger={
        <IconButton label={`${t('theme')}, ${t('language')}`}>
          <SunMoon size={20} />
        </IconButton>
      }
      onAction={choose}
    >
      <MenuSection selectionMode="single" selectedKeys={[theme]} aria-label={t('theme')}>
        <Header>{t('theme')}</Header>
        {THEMES.map((name) => (
          <MenuItem key={name} id={name}>
            {t(THEME_TEXTS[name])}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection selectionMode="single" selectedKeys={[i18n.language]} aria-label={t('language')}>
        <Header>{t('language')}</Header>
        {LANGUAGES.map((name) => (
          <MenuItem key={name} id={name} lang={name}>
            {LANGUAGE_NAMES[name]}
          </MenuItem>
        ))}
      </MenuSection>
    </MenuButton>
  );
}
