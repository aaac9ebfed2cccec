import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type adminTexts from './en/admin.ts';
import en from './en/index.ts';

export const LANGUAGES = ['en', 'ko', 'ja'] as const;
export type Language = (typeof LANGUAGES)[number];
/** English is the first and whole set: the other languages are typed by it. */
export type Texts = Shape<typeof en>;
/** Texts that are fetched with the pages that say them. */
interface LaterTexts {
  readonly admin: typeof adminTexts;
}
type Later = keyof LaterTexts;

/** The same members in another language. */
export type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };

/** Loaded when it is chosen: nobody fetches three languages. */
const LOADERS: Readonly<Record<Language, () => Promise<{ default: Texts }>>> = {
  en: async () => ({ default: en }),
  ko: () => import('./ko/index.ts'),
  ja: () => import('./ja/index.ts'),
};

/** Each language's own, in a file of its own. */
const LATER: Readonly<
  Record<Language, { readonly [N in Later]: () => Promise<{ default: Shape<LaterTexts[N]> }> }>
> = {
  en: { admin: () => import('./en/admin.ts') },
  ko: { admin: () => import('./ko/admin.ts') },
  ja: { admin: () => import('./ja/admin.ts') },
};
/** Those that a page has needed: another language needs them too. */
const needed = new Set<Later>();
/** What is spoken, or will be as soon as it is here. */
let current: Language = 'en';

const STORED = 'kiroku.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en & LaterTexts;
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
  current = language;
  const [{ default: texts }] = await Promise.all([
    LOADERS[language](),
    ...[...needed].map((name) => fetchLater(language, name)),
  ]);
  for (const [namespace, bundle] of Object.entries(texts))
    i18next.addResourceBundle(language, namespace, bundle);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  if (keep) localStorage.setItem(STORED, language);
}

/** Has the texts of a page that is opened later; awaited before it is shown. */
export async function needTexts(namespace: Later): Promise<void> {
  needed.add(namespace);
  await fetchLater(current, namespace);
}

async function fetchLater(language: Language, namespace: Later): Promise<void> {
  const { default: bundle } = await LATER[language][namespace]();
  i18next.addResourceBundle(language, namespace, bundle);
}
