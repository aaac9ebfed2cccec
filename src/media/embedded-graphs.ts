import type { ByteSource } from './byte-source.ts';
import type { EmbeddedGraphs } from './decoder.ts';
import { readEmbedded } from './metadata/embedded.ts';
import { createJsonReader, endOfString } from './metadata/json.ts';

/** Older VideoHelperSuite wrote JSON in a JSON text. */
const MAX_WRAPS = 2;

/**
 * ComfyUI's graphs in a picture, ready to be loaded again: their own texts, changed only where they are no JSON (bare
 * `NaN` and `Infinity` become `null`, a text of JSON is unwrapped). Numbers stay as they are written, 64-bit seeds too.
 * What cannot be mended, is too deep or too large is left out.
 * @throws only what the source's reads throw
 */
export async function readGraphs(source: ByteSource): Promise<EmbeddedGraphs> {
  const { graphs } = await readEmbedded(source);
  const workflow = loadable(graphs.workflow, 'nodes');
  const prompt = loadable(graphs.prompt, 'class_type');
  return { ...(workflow === undefined ? {} : { workflow }), ...(prompt === undefined ? {} : { prompt }) };
}

function loadable(text: string | undefined, mark: 'nodes' | 'class_type'): string | undefined {
  if (text === undefined) return undefined;
  try {
    const mended = withoutBareWords(unwrapped(text));
    // The bounds of depth and number are the reader's; the parse proves that every parser takes it.
    const value = createJsonReader().object(mended);
    if (value === undefined || !isGraph(value, mark)) return undefined;
    JSON.parse(mended);
    return mended;
  } catch {
    return undefined;
  }
}

function isGraph(value: { readonly [name: string]: unknown }, mark: 'nodes' | 'class_type'): boolean {
  if (mark === 'nodes') return Array.isArray(value['nodes']);
  return Object.values(value).some(
    (node) => typeof node === 'object' && node !== null && Object.hasOwn(node, mark),
  );
}

/** @throws SyntaxError when a wrapping is none */
function unwrapped(text: string): string {
  let inner = text.trim();
  for (let wraps = 0; wraps < MAX_WRAPS && inner.startsWith('"'); wraps += 1) {
    const value: unknown = JSON.parse(inner);
    inner = String(value).trim();
  }
  return inner;
}

const WORDS = ['NaN', '-Infinity', 'Infinity'];

/** One pass outside of texts: the words that Python writes and JSON has not. */
function withoutBareWords(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === 0x22) at = endOfString(text, at);
    // N, I and the minus
    if (char !== 0x4e && char !== 0x49 && char !== 0x2d) continue;
    const word = WORDS.find((one) => text.startsWith(one, at));
    if (word === undefined) continue;
    parts.push(text.slice(kept, at), 'null');
    kept = at + word.length;
    at = kept - 1;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(kept);
}
