/** What a picture of the tour looks like: window, appearance, language. */
export interface Look {
  readonly size: 'desk' | 'phone';
  readonly colorScheme: 'light' | 'dark';
  readonly language: 'en' | 'ko' | 'ja';
}

/** Each appearance, language and size twice. */
export const TOUR: readonly Look[] = [
  { size: 'desk', colorScheme: 'light', language: 'en' },
  { size: 'desk', colorScheme: 'dark', language: 'ko' },
  { size: 'phone', colorScheme: 'light', language: 'ko' },
  { size: 'phone', colorScheme: 'dark', language: 'en' },
];

export const EVERY_LOOK: readonly Look[] = (['desk', 'phone'] as const).flatMap((size) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['en', 'ko', 'ja'] as const).map((language) => ({ size, colorScheme, language })),
  ),
);

export function fileOf(shot: string, { size, colorScheme, language }: Look): string {
  return `${shot}-${size}-${colorScheme}-${language}.webp`;
}

const LANGUAGES = { en: 'English', ko: 'Korean', ja: 'Japanese' } as const;

/** The tour as a table of Markdown: one page a row, one look a column. */
function tableOf(shots: readonly string[], folder: string): string {
  const heads = TOUR.map((look) => `${look.size}, ${look.colorScheme}, ${LANGUAGES[look.language]}`);
  const rows = shots.map((shot) => TOUR.map((look) => image(shot, look, folder)));
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function image(shot: string, look: Look, folder: string): string {
  const { size, colorScheme, language } = look;
  return `![${shot}, ${size}, ${colorScheme}, ${language}](${folder}/${fileOf(shot, look)})`;
}

/** The documents with that table, and where the pictures are for each. Paths from the root. */
export const DOCUMENTS = [
  { path: 'docs/gallery.md', folder: 'images' },
  { path: 'README.md', folder: 'docs/images' },
] as const;

/** As it stands in a text: from the first line of the table to the last. */
const TABLE = /^\| desk, light, English \|(?:.*\n)(?:\|.*\n)*/m;

/** The text with the table of these pages in the place of the one it had. @throws Error when it had none */
export function withTable(text: string, shots: readonly string[], folder: string): string {
  if (!TABLE.test(text)) throw new Error('no table of pages');
  return text.replace(TABLE, () => tableOf(shots, folder));
}
