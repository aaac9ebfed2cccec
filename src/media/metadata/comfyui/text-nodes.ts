import { ABSENT, DYNAMIC, type Found, foundValue, mapFound } from './found.ts';
import { type GraphNode, type Link, literalOf } from './graph.ts';
import type { Walk } from './walk.ts';

/** Asks for one of the node's own inputs. */
type Ask = (name: string) => Found<string>;

/** Longer texts made by a graph are not made here: doubling nodes would fill the memory. Characters. */
const MAX_TEXT = 256 * 1024;

/** Nodes that write, choose or change texts when they run. */
export const MADE_AT_RUN_TIME =
  /random|wildcard|llm|vlm|gpt|ollama|llama|caption|florence|interrogat|tagger|joy|gemini|claude|openai|anthropic|groq|mistral|qwen|deepseek|chat|vision|describ|enhanc|translat|generat|magic|dynamic|regex|combinator/i;

/** What a node asks for that makes its text with a model, by chance, or out of a picture. */
export const RUN_TIME_INPUTS: ReadonlySet<string> = new Set([
  'seed',
  'noise_seed',
  'temperature',
  'max_tokens',
  'max_new_tokens',
  'max_length',
  'num_predict',
  'top_p',
  'top_k',
  'api_key',
  'model',
  'image',
  'images',
  'system_prompt',
  'instruction',
]);

/** Nodes that show a text and pass it on. A copy of an earlier run's text (`text_0`) is not believed. */
const SHOWS: { readonly [type: string]: string } = {
  'ShowText|pysssss': 'text',
  PreviewAny: 'source',
  'Display Any (rgthree)': 'source',
  'easy showAnything': 'anything',
};

interface Join {
  readonly parts: (node: GraphNode) => readonly string[];
  readonly delimiter: string;
}

const parts =
  (...names: readonly string[]) =>
  () =>
    names;

const JOINS: { readonly [type: string]: Join } = {
  StringConcatenate: { parts: parts('string_a', 'string_b'), delimiter: 'delimiter' },
  'CR Text Concatenate': { parts: parts('text1', 'text2'), delimiter: 'separator' },
  JoinStrings: { parts: parts('string1', 'string2'), delimiter: 'delimiter' },
  JoinStringMulti: { parts: (node) => numbered(node, 'string_', 'inputcount'), delimiter: 'delimiter' },
  'easy promptConcat': { parts: parts('prompt1', 'prompt2'), delimiter: 'separator' },
};

function numbered(node: GraphNode, prefix: string, countName: string): readonly string[] {
  const count = Number(literalOf(node, countName));
  const most = Number.isInteger(count) ? Math.min(Math.max(count, 0), 64) : 0;
  return Array.from({ length: most }, (_, index) => `${prefix}${index + 1}`);
}

/**
 * The text that comes out of a node which puts texts together or shows them; undefined for any other node.
 * Names and order of the parts are those of the nodes' own sources.
 */
export function computedText(walk: Walk, { node, slot }: Link, ask: Ask): Found<string> | undefined {
  const shown = Object.hasOwn(SHOWS, node.type) ? SHOWS[node.type] : undefined;
  if (shown !== undefined) return ask(shown);
  const join = Object.hasOwn(JOINS, node.type) ? JOINS[node.type] : undefined;
  if (join !== undefined) return joined(walk, ask, join.parts(node), delimiterOf(ask(join.delimiter)));
  if (node.type === 'Text Concatenate') return wasConcatenate(walk, node, ask);
  if (node.type === 'StringTrim')
    return mapFound(ask('string'), (text) => trimmed(text, literalOf(node, 'mode')));
  if (node.type === 'StringReplace') return replaced(walk, ask);
  if (node.type === 'StringFunction|pysssss') return appended(walk, node, ask);
  if (node.inputs.has('populated_text')) return populated(ask);
  return node.inputs.has('text_positive') && node.inputs.has('text_negative')
    ? styled(walk, slot, ask)
    : undefined;
}

function delimiterOf(found: Found<string>): Found<string> {
  return found.state === 'absent' ? foundValue('') : found;
}

function joined(
  walk: Walk,
  ask: Ask,
  names: readonly string[],
  delimiter: Found<string>,
  keep: (text: string) => string | undefined = (text) => text,
): Found<string> {
  if (delimiter.state !== 'value') return delimiter;
  const texts: string[] = [];
  for (const name of names) {
    const part = ask(name);
    if (part.state === 'dynamic') return DYNAMIC;
    const kept = part.state === 'value' ? keep(part.value) : undefined;
    if (kept !== undefined) texts.push(kept);
  }
  return bounded(walk, lengthOf(texts, delimiter.value), () => texts.join(delimiter.value));
}

function lengthOf(texts: readonly string[], delimiter: string): number {
  return texts.reduce((sum, text) => sum + text.length + delimiter.length, 0);
}

/** Makes a text only where it is short enough, and charges for its length. */
export function bounded(walk: Walk, length: number, make: () => string): Found<string> {
  if (length > MAX_TEXT || !walk.spend(Math.ceil(length / 16))) {
    walk.doubt('low', 'the graph makes a text that is too long');
    return ABSENT;
  }
  return foundValue(make());
}

/** WAS suite: all texts in the order of their names, empty ones left out. */
function wasConcatenate(walk: Walk, node: GraphNode, ask: Ask): Found<string> {
  const names = node.inputs
    .names()
    .filter((name) => /^text_[a-z0-9]+$/.test(name))
    .sort();
  const clean = literalOf(node, 'clean_whitespace') === 'true';
  const delimiter = mapFound(delimiterOf(ask('delimiter')), (text) => (text === '\\n' ? '\n' : text));
  return joined(walk, ask, names, delimiter, (text) => {
    const kept = clean ? text.trim() : text;
    return kept === '' ? undefined : kept;
  });
}

/** pysssss: appends; replacing and tidying are left to it. */
function appended(walk: Walk, node: GraphNode, ask: Ask): Found<string> {
  if (literalOf(node, 'action') !== 'append' || literalOf(node, 'tidy_tags') === 'yes') return DYNAMIC;
  return joined(walk, ask, ['text_a', 'text_b', 'text_c'], foundValue(''));
}

function trimmed(text: string, mode: unknown): string {
  if (mode === 'Left') return text.trimStart();
  return mode === 'Right' ? text.trimEnd() : text.trim();
}

function replaced(walk: Walk, ask: Ask): Found<string> {
  const [text, find, replace] = [ask('string'), ask('find'), ask('replace')];
  if (text.state !== 'value' || find.state !== 'value' || replace.state !== 'value') {
    return text.state === 'value' ? DYNAMIC : text;
  }
  if (find.value === '') return DYNAMIC;
  const most = Math.floor(text.value.length / find.value.length) * replace.value.length + text.value.length;
  return bounded(walk, most, () => text.value.split(find.value).join(replace.value));
}

/** What was typed into a styler; the style's own words are in a file of its pack. */
function styled(walk: Walk, slot: number, ask: Ask): Found<string> {
  const name = ['text_positive', 'text_negative'][slot];
  if (name === undefined) return DYNAMIC;
  walk.doubt('medium', 'a style may have added words to the prompt');
  return ask(name);
}

/** A wildcard node that keeps what it has chosen. */
function populated(ask: Ask): Found<string> {
  const found = ask('populated_text');
  return found.state === 'value' && found.value.trim() === '' ? DYNAMIC : found;
}
