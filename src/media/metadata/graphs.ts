import type { EmbeddedText } from './collector.ts';

/** ComfyUI's two graphs, as their texts stand in the file: JSON, or nearly (bare `NaN`), or a JSON text of JSON. */
export interface Graphs {
  /** What ran. */
  readonly prompt?: string;
  /** What the editor shows. */
  readonly workflow?: string;
}

/** Where a graph stands under no name of its own (hosted services put it into UserComment). */
const NAMELESS = ['UserComment', 'parameters', 'comment'];

/**
 * Finds the graphs among a file's texts by a cheap look, without parsing: a text `prompt` is plain words with some
 * other tools.
 */
export function graphsOf(texts: readonly EmbeddedText[]): Graphs {
  const find = (keyword: string, mark: string) =>
    texts.find((one) => one.keyword === keyword && looksLike(one.text, mark))?.text;
  const prompt =
    find('prompt', 'class_type') ??
    NAMELESS.map((keyword) => find(keyword, 'class_type')).find((text) => text !== undefined);
  const workflow = find('workflow', 'nodes');
  return { ...(prompt === undefined ? {} : { prompt }), ...(workflow === undefined ? {} : { workflow }) };
}

/** An object, or a JSON text that holds one, with this member somewhere. */
function looksLike(text: string, member: string): boolean {
  const start = text.slice(0, 64).trimStart();
  return (start.startsWith('{') || start.startsWith('"{')) && text.includes(member);
}
