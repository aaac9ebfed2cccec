import { a1111Parts, a1111Tool } from './a1111-fields.ts';
import { parseSettings } from './a1111-settings.ts';
import type { Recipe } from './recipe.ts';
import { written } from './written.ts';

const NEGATIVE = 'Negative prompt:';
/** UTF-16 units; a longer text is no prompt with settings. */
const MAX_TEXT = 1024 * 1024;
const TEMPLATES = ['Template:', 'Negative Template:'];
/** Lines that begin like a template and are looked at. */
const MAX_TEMPLATES = 16;
/** Trailing lines that may together be settings: some imitators break them over several. */
const MAX_SETTINGS_LINES = 64;
/** Fewer pairs on the last line belong to the prompt, as with the tool itself. */
const MIN_PAIRS = 3;
/** One of these must be among them: a prompt may say `hair: red, eyes: blue, dress: green`. */
const MARKS = ['steps', 'sampler', 'cfg scale', 'seed', 'size', 'model', 'model hash', 'version'];

/** A text of the A1111 family, in its three parts. */
interface Split {
  readonly prompt: string;
  /** Undefined: no line begins with `Negative prompt:`. */
  readonly negative: string | undefined;
  /** Undefined: the last line is not one of settings. */
  readonly settings: ReadonlyMap<string, string> | undefined;
}

/**
 * Reads a text as AUTOMATIC1111's web UI, Forge, SD.Next, Civitai and many imitators write it: prompt, negative prompt,
 * and the settings on the last line (`docs/recipes.md`, "A1111 family").
 * @param any take also a text that is a prompt alone; for the keyword that is used for nothing else
 * @returns undefined when it does not look like one
 */
export function readA1111(text: string, any = false): Recipe | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const { prompt, negative, settings } = split(text);
  if (settings === undefined) {
    if (negative === undefined && (!any || prompt === '')) return undefined;
    return written('a1111-compatible', { prompt, negativePrompt: negative }, { confidence: 'low' });
  }
  // Written with its settings, a missing line means that there was no negative prompt.
  const parts = a1111Parts(prompt, negative ?? '', settings);
  return written(a1111Tool(settings), parts);
}

function split(text: string): Split {
  const lines = withoutTemplates(text.replaceAll('\r\n', '\n').trim().split('\n'));
  const { settings, above } = takeSettings(lines);
  const at = above.findIndex((line) => line.trimStart().startsWith(NEGATIVE));
  if (at < 0) return { prompt: above.join('\n').trim(), negative: undefined, settings };
  const negative = above.slice(at).join('\n').trim().slice(NEGATIVE.length).trim();
  return { prompt: above.slice(0, at).join('\n').trim(), negative, settings };
}

/** An extension writes what it made the prompt from behind the settings, as lines of free text. */
function withoutTemplates(lines: readonly string[]): readonly string[] {
  const candidates: number[] = [];
  for (let at = 1; at < lines.length && candidates.length < MAX_TEMPLATES; at += 1) {
    if (TEMPLATES.some((template) => lines[at]?.startsWith(template) === true)) candidates.push(at);
  }
  const cut = candidates.find((at) => isSettings(parseSettings(lines[at - 1] ?? '')));
  return cut === undefined ? lines : lines.slice(0, cut);
}

type Parsed = ReturnType<typeof parseSettings>;

function isSettings({ values, pairs }: Pick<Parsed, 'values' | 'pairs'>): boolean {
  return pairs >= MIN_PAIRS && MARKS.some((mark) => values.has(mark));
}

function takeSettings(lines: readonly string[]): Pick<Split, 'settings'> & { above: readonly string[] } {
  const taken = new Map<string, string>();
  let pairs = 0;
  let from = lines.length;
  while (from > 0 && lines.length - from < MAX_SETTINGS_LINES) {
    const line = lines[from - 1] ?? '';
    const parsed = parseSettings(line);
    const last = from === lines.length;
    if (line.trimStart().startsWith(NEGATIVE) || parsed.pairs === 0) break;
    if (!last && !continues(parsed, taken)) break;
    for (const [key, value] of parsed.values) taken.set(key, value);
    pairs += parsed.pairs;
    from -= 1;
  }
  if (!isSettings({ values: taken, pairs })) return { settings: undefined, above: lines };
  return { settings: taken, above: lines.slice(0, from) };
}

/** A line above the last one: nothing but pairs, one of them sure, and none that is there already. */
function continues({ values, others }: Parsed, taken: ReadonlyMap<string, string>): boolean {
  const keys = [...values.keys()];
  return others === 0 && MARKS.some((mark) => values.has(mark)) && !keys.some((key) => taken.has(key));
}
