import type { Meta } from '../../api/types.ts';
import { type FieldValue, RECIPE_FIELDS, type RecipeField, recipeOf } from './fields.ts';

/** A piece of a text, and whether the other text has it too. */
export interface Piece {
  readonly text: string;
  readonly isOwn: boolean;
}

export interface FieldDifference {
  readonly field: RecipeField;
  /** Empty where this picture has no value. */
  readonly left: readonly Piece[];
  readonly right: readonly Piece[];
  readonly isEqual: boolean;
}

/** Two recipes, field by field; what neither has is left out. */
export function differencesOf(left: Partial<Meta>, right: Partial<Meta>): FieldDifference[] {
  const [a, b] = [byField(recipeOf(left)), byField(recipeOf(right))];
  return RECIPE_FIELDS.flatMap((field): FieldDifference[] => {
    const [one, other] = [a.get(field) ?? '', b.get(field) ?? ''];
    if (one === '' && other === '') return [];
    return [{ field, isEqual: one === other, ...piecesOf(one, other) }];
  });
}

function byField(values: readonly FieldValue[]): ReadonlyMap<RecipeField, string> {
  return new Map(values.map(({ field, text }) => [field, text]));
}

/** Words with the blanks and commas behind them; letters of a language without blanks are words of their own. */
const WORDS =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[^\s,\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+|[\s,]+/gu;
/** Above this the longest common part would take noticeable time: such texts differ as wholes. */
const MOST_WORDS = 1_500;

/** Which pieces of two texts the other one does not have in that order (longest common subsequence of words). */
export function piecesOf(left: string, right: string): { left: Piece[]; right: Piece[] } {
  if (left === right) return { left: whole(left, false), right: whole(right, false) };
  const [a, b] = [left.match(WORDS) ?? [], right.match(WORDS) ?? []];
  if (a.length > MOST_WORDS || b.length > MOST_WORDS)
    return { left: whole(left, true), right: whole(right, true) };
  const { inLeft, inRight } = common(a, b);
  return { left: joined(a, inLeft), right: joined(b, inRight) };
}

function whole(text: string, isOwn: boolean): Piece[] {
  return text === '' ? [] : [{ text, isOwn }];
}

function common(a: readonly string[], b: readonly string[]) {
  const width = b.length + 1;
  // lengths[i * width + j]: of what a from i and b from j have in common
  const lengths = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const [inLeft, inRight] = [new Set<number>(), new Set<number>()];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      inLeft.add(i++);
      inRight.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return { inLeft, inRight };
}

function joined(words: readonly string[], shared: ReadonlySet<number>): Piece[] {
  const pieces: { text: string; isOwn: boolean }[] = [];
  words.forEach((text, index) => {
    const isOwn = !shared.has(index);
    const last = pieces.at(-1);
    if (last?.isOwn === isOwn) last.text += text;
    else pieces.push({ text, isOwn });
  });
  return pieces;
}
