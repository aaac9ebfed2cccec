import { type QueryField, wordsOf } from './query-words.ts';

/** A piece of a text, and whether it is what was searched for. */
export interface Piece {
  readonly text: string;
  readonly isFound: boolean;
}

/**
 * A text cut where the words of a search stand in it. Both are folded as the server folds them (docs/search.md): NFKC, lower
 * case, white space as one blank, the brackets and weights of prompts left out; so what it finds is what is marked.
 * @param field whose text it is; words that were searched in other fields only are not marked
 */
export function highlight(text: string, query: string | undefined, field?: QueryField): Piece[] {
  const words = query === undefined ? [] : wordsOf(query, field).map((word) => fold(word).text);
  const ranges = rangesOf(
    text,
    words.filter((word) => word !== ''),
  );
  const pieces: Piece[] = [];
  let done = 0;
  for (const [from, to] of ranges) {
    if (from > done) pieces.push({ text: text.slice(done, from), isFound: false });
    pieces.push({ text: text.slice(from, to), isFound: true });
    done = to;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), isFound: false });
  return pieces;
}

type Range = readonly [from: number, to: number];

/** Where the words stand, in order, without overlap. */
function rangesOf(text: string, words: readonly string[]): Range[] {
  if (words.length === 0) return [];
  const folded = fold(text);
  const found = words.flatMap((word) => occurrences(folded, word)).sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  const merged: Range[] = [];
  for (const range of found) {
    const last = merged.at(-1);
    if (last !== undefined && range[0] <= last[1])
      merged[merged.length - 1] = [last[0], Math.max(last[1], range[1])];
    else merged.push(range);
  }
  return merged;
}

function occurrences({ text, from, to }: Folded, word: string): Range[] {
  const ranges: Range[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const [first, last] = [from[at], to[at + word.length - 1]];
    if (first !== undefined && last !== undefined) ranges.push([first, last]);
  }
  return ranges;
}

/** A folded text, and for each of its units from where to where it stands in the original. */
interface Folded {
  readonly text: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Signs that belong together are folded together: half-width ｶﾞ is ガ, and letters of Hangul make one syllable. */
const SIGNS = new Intl.Segmenter('und', { granularity: 'grapheme' });
/** The syntax of prompts: brackets, a weight before one, and of `<lora:name:0.8>` all but `lora:name`. */
const SYNTAX =
  /[()[\]{}\\]|: {0,4}[+-]?(?:\d{1,6}(?:\.\d{0,8})?|\.\d{1,8}) {0,4}(?=[)\]])|<(?=[a-z]{1,16}:[^:<>]{1,200})|(?::[^:<>]{0,100})?>/giu;

function fold(original: string): Folded {
  const hidden = new Set<number>();
  for (const { index, 0: match } of original.matchAll(SYNTAX))
    for (let at = index; at < index + match.length; at += 1) hidden.add(at);
  let text = '';
  const [from, to]: [number[], number[]] = [[], []];
  for (const { segment, index } of SIGNS.segment(original)) {
    if (hidden.has(index)) continue;
    const sign = foldSign(segment);
    if (sign === ' ' && (text === '' || text.endsWith(' '))) continue;
    text += sign;
    for (let unit = 0; unit < sign.length; unit += 1) {
      from.push(index);
      to.push(index + segment.length);
    }
  }
  return { text: text.trimEnd(), from, to };
}

function foldSign(sign: string): string {
  const folded = sign.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
  return /^[\s\p{Cc}]+$/u.test(folded) ? ' ' : folded;
}
