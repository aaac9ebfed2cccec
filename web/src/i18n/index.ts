import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en/index.ts';

export const LANGUAGES = ['en', 'ko', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];
/** English is the first and whole set: the other languages are typed by it. */
export type Texts = Shape<typeof en>;

type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };

/** Loaded when it is chosen: nobody fetches three languages. */
const LOADERS: Readonly<Record<Language, () => Promise<{ default: Texts }>>> = {
  en: async () => ({ default: en }),
  ko: () => import('./ko/index.ts'),
  ja: () => import('./ja/index.ts'),
};

const STORED = 'kiroku.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
  }
}

/** What was chosen, else the first of the browser's languages that there is, else English. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(STORED), ...navigator.languages];
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag?.toLowerCase().startsWith(language));
    if (found !== undefined) return found;
  }
  return 'en';
}

/** Begins with the preferred language. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    defaultNS: 'common',
    ns: Object.keys(en),
    resources: { en },
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await setLanguage(preferredLanguage(), false);
}

/** Changes the language at once, and for later visits when `keep`. */
export async function setLanguage(language: Language, keep = true): Promise<void> {
  const { default: texts } = await LOADERS[language]();
  for (const [namespace, bundle] of Object.entries(texts))
    i18next.addResourceBundle(language, namespace, bundle);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (keep) localStorage.setItem(STORED, language);
}
