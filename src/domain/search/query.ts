import { KirokuError } from '../errors.ts';
import { isPictureId } from '../id.ts';
import type { Facet } from './facets.ts';
import { foldText } from './fold.ts';

/** Fields of which a term names a part. */
export type TextField = 'sampler' | 'scheduler' | 'negative';
/** Fields compared as numbers. */
export type NumberField = 'steps' | 'cfg' | 'width' | 'height' | 'rating';
/** Fields compared whole. */
export type ExactField = 'seed' | 'size' | 'recipe' | 'parent';
export type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** One condition of a search. Texts are folded and not empty. */
export type Term = { readonly negated: boolean } & (
  | { readonly by: 'text'; readonly text: string }
  | { readonly by: 'field'; readonly field: TextField; readonly text: string }
  | { readonly by: 'exact'; readonly field: ExactField; readonly text: string }
  | { readonly by: 'number'; readonly field: NumberField; readonly is: Comparison; readonly value: number }
  /** The folded value is the text (`whole`), or holds it. */
  | { readonly by: 'facet'; readonly facet: Facet; readonly text: string; readonly whole: boolean }
  /** `created_at` in [from, to), ms. */
  | { readonly by: 'time'; readonly from: number; readonly to: number }
);

/** First millisecond of a calendar date and of the one after it; undefined for what is no date. */
export type DateRange = (date: string) => { readonly from: number; readonly to: number } | undefined;

const MOST_CHARACTERS = 1_000;
const MOST_TERMS = 32;

/**
 * Takes a search apart: words and "phrases" that must all occur, `-` before what must not, and field terms
 * (docs/search.md has the grammar). A word with a colon that is no field's name is a word.
 * @param dates how `before:` and `after:` are understood
 * @throws KirokuError `invalid_query`; `details.at` is the place of what is wrong, in characters (code units) from 0
 */
export function parseSearch(query: string, dates: DateRange): Term[] {
  if (query.length > MOST_CHARACTERS) refuse(MOST_CHARACTERS, `longer than ${MOST_CHARACTERS} characters`);
  const terms: Term[] = [];
  for (const token of tokens(query)) {
    const term = token.field === undefined ? textTerm(token) : fieldTerm(token, token.field, dates);
    if (term === undefined) continue;
    if (terms.length === MOST_TERMS) refuse(token.at, `more than ${MOST_TERMS} terms`);
    terms.push(term);
  }
  return terms;
}

interface Token {
  readonly at: number;
  readonly negated: boolean;
  readonly field: string | undefined;
  readonly text: string;
  /** Where the text begins. */
  readonly textAt: number;
  readonly quoted: boolean;
}

const BLANK = /\s/u;

function* tokens(query: string): Generator<Token> {
  let at = 0;
  for (;;) {
    while (at < query.length && BLANK.test(query.charAt(at))) at += 1;
    if (at >= query.length) return;
    const token = readToken(query, at);
    yield token.token;
    at = token.end;
  }
}

function readToken(query: string, start: number): { readonly token: Token; readonly end: number } {
  const negated = query.charAt(start) === '-' && query.length > start + 1;
  const from = negated ? start + 1 : start;
  const field = fieldAt(query, from);
  const textAt = field === undefined ? from : from + field.length + 1;
  const quoted = query.charAt(textAt) === '"';
  let end: number;
  let text: string;
  if (quoted) {
    const close = query.indexOf('"', textAt + 1);
    if (close < 0) refuse(textAt, 'a quotation mark without its partner');
    text = query.slice(textAt + 1, close);
    end = close + 1;
  } else {
    end = textAt;
    while (end < query.length && !BLANK.test(query.charAt(end))) end += 1;
    text = query.slice(textAt, end);
  }
  if (text === '' || (text === '-' && !quoted)) refuse(start, 'a term without a text');
  if (negated && text.trim() === '') refuse(start, 'nothing behind the minus');
  return { token: { at: start, negated, field, text, textAt, quoted }, end };
}

/** The known field's name before a colon. */
function fieldAt(query: string, at: number): string | undefined {
  const name = /^[a-z]{1,12}(?=:)/i.exec(query.slice(at, at + 13))?.[0];
  return name !== undefined && Object.hasOwn(FIELDS, name.toLowerCase()) ? name : undefined;
}

function textTerm({ text, negated }: Token): Term | undefined {
  const folded = foldText(text);
  // brackets alone: nothing that a picture could hold
  return folded === '' ? undefined : { by: 'text', text: folded, negated };
}

type Field = (text: string, token: Token, dates: DateRange) => Term;

const FIELDS: { readonly [name: string]: Field } = {
  tag: facet('tag', true),
  workflow: facet('workflow', false),
  model: facet('model', false),
  lora: facet('lora', false),
  ratio: facet('ratio', true),
  generator: facet('generator', true),
  sampler: part('sampler'),
  scheduler: part('scheduler'),
  negative: part('negative'),
  steps: number('steps'),
  cfg: number('cfg'),
  width: number('width'),
  height: number('height'),
  rating: number('rating'),
  seed: exact('seed', (text) => (/^\d{1,20}$/.test(text) ? BigInt(text).toString() : undefined)),
  size: exact('size', (text) => {
    const sides = /^(\d{1,6})[x×*](\d{1,6})$/.exec(text);
    return sides === null ? undefined : `${Number(sides[1])}x${Number(sides[2])}`;
  }),
  recipe: exact('recipe', (text) => (/^[0-9a-f]{16}$/.test(text) ? text : undefined)),
  parent: exact('parent', (text) => (isPictureId(text) ? text : undefined)),
  before: time((range) => ({ from: Number.NEGATIVE_INFINITY, to: range.from })),
  after: time((range) => ({ from: range.to, to: Number.POSITIVE_INFINITY })),
};

function fieldTerm(token: Token, name: string, dates: DateRange): Term {
  const folded = foldText(token.text);
  const field = FIELDS[name.toLowerCase()];
  if (folded === '' || field === undefined) refuse(token.at, `${name}: needs a value`);
  return field(folded, token, dates);
}

function facet(name: Facet, whole: boolean): Field {
  return (text, { negated }) => ({ by: 'facet', facet: name, text, whole, negated });
}

function part(field: TextField): Field {
  return (text, { negated }) => ({ by: 'field', field, text, negated });
}

function exact(field: ExactField, read: (text: string) => string | undefined): Field {
  return (text, { negated, textAt }) => {
    const value = read(text);
    if (value === undefined) refuse(textAt, `not a ${field}`);
    return { by: 'exact', field, text: value, negated };
  };
}

const COMPARISON = /^(<=|>=|<|>|=)?(-?\d{1,12}(?:\.\d{1,6})?)$/;

function number(field: NumberField): Field {
  return (text, { negated, textAt }) => {
    const match = COMPARISON.exec(text);
    if (match === null) refuse(textAt, `${field}: needs a number, as in ${field}:>30`);
    return { by: 'number', field, is: comparisonOf(match[1]), value: Number(match[2]), negated };
  };
}

function comparisonOf(text: string | undefined): Comparison {
  return text === '<' || text === '<=' || text === '>' || text === '>=' ? text : '=';
}

function time(pick: (range: { from: number; to: number }) => { from: number; to: number }): Field {
  return (text, { negated, textAt }, dates) => {
    const range = dates(text);
    if (range === undefined) refuse(textAt, 'needs a date, as in 2026-11-21');
    return { by: 'time', ...pick(range), negated };
  };
}

function refuse(at: number, why: string): never {
  throw new KirokuError('invalid_query', `q: ${why}, at character ${at + 1}.`, {
    details: { field: 'q', at },
  });
}
