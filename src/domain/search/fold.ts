/** Between two fields of a folded text: no folded text holds a control character. */
export const FIELD_END = '\u0001';

/** White space and control characters of every kind, as one blank. */
const BLANKS = /[\s\p{Cc}\p{Zs}]+/gu;

/** Printable ASCII without brackets, one blank between words: only its case can matter. */
const PLAIN = /^(?:[!-'*-;=-Z^-z|~]+ )*[!-'*-;=-Z^-z|~]+$/;

/**
 * A text as it is searched: well formed, NFKC (full-width letters, half-width kana, ligatures), lower case, white space
 * as one blank, and the emphasis of prompts taken off (`withoutSyntax`). A text and what is searched in it are folded
 * alike, so that a piece of a prompt pasted into the search finds that prompt.
 */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  const folded = text.toWellFormed().normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
  return withoutSyntax(folded).replace(BLANKS, ' ').trim();
}

const SPECIAL = /[()[\]{}<\\]/;
/** `:1.2` before a closing bracket. Every repetition is bounded: linear on any text. */
const WEIGHT = /: {0,4}[+-]?(?:\d{1,6}(?:\.\d{0,8})?|\.\d{1,8}) {0,4}(?=[)\]])/g;
/** `<kind:name>` or `<kind:name:weights>`. */
const NETWORK = /<([a-z]{1,16}:[^:<>]{1,200})(?::[^<>]{0,100})?>/g;
const BRACKETS = /[()[\]{}\\]+/g;

/**
 * Prompt syntax as text: brackets of emphasis and their weights go (`(cat:1.2)` and `((cat))` are `cat`), a network's
 * call becomes its name (`<lora:x:0.8>` is `lora:x`), escapes are taken off (`\(` is nothing, as the bracket is).
 */
function withoutSyntax(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(NETWORK, ' $1 ').replace(WEIGHT, '').replace(BRACKETS, '');
}
