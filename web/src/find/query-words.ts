/** Fields of a record whose texts are shown with marks, and the names of the terms that search in them alone. */
export type QueryField =
  | 'tag'
  | 'model'
  | 'lora'
  | 'workflow'
  | 'generator'
  | 'sampler'
  | 'scheduler'
  | 'negative';

const FIELDS: ReadonlySet<string> = new Set<QueryField>([
  'tag',
  'model',
  'lora',
  'workflow',
  'generator',
  'sampler',
  'scheduler',
  'negative',
]);
/** Terms about numbers and days: nothing that stands in a text. */
const OTHERS: ReadonlySet<string> = new Set(
  'ratio steps cfg width height rating seed size recipe parent before after'.split(' '),
);
/** Where a word is searched that names no field: everywhere but in these. */
const APART: ReadonlySet<string> = new Set<QueryField>(['sampler', 'scheduler', 'negative', 'generator']);

/** `-`, a field's name, and a "phrase" or a word; an open quotation mark is read to the end, for it is being typed. */
const TERM = /(-?)(?:([a-z]{1,12}):)?(?:"([^"]*)"?|(\S+))/giu;

/** The words and phrases of a search that may stand in a text of this field; not what must not be there. */
export function wordsOf(query: string, field?: QueryField): string[] {
  const words: string[] = [];
  for (const [, minus, name, phrase, word] of query.matchAll(TERM)) {
    const text = phrase ?? word ?? '';
    const wanted = name?.toLowerCase();
    if (minus === '-' || text === '') continue;
    if (wanted === undefined) {
      if (field === undefined || !APART.has(field)) words.push(text);
    } else if (FIELDS.has(wanted)) {
      if (wanted === field) words.push(text);
    } else if (!OTHERS.has(wanted)) {
      // a word with a colon that is no field's name is a word
      words.push(`${name}:${text}`);
    }
  }
  return words;
}
