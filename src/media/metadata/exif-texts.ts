import { looseText, utf16Text } from './bytes.ts';
import type { Collector } from './collector.ts';
import { type ExifValue, parseExif } from './exif.ts';
import { decodeUserComment } from './user-comment.ts';

const USER_COMMENT = 0x9286;
const UTF16_NAMES: { readonly [tag: number]: string } = { 40092: 'XPComment', 40094: 'XPKeywords' };
const TEXT_NAMES: { readonly [tag: number]: string } = {
  269: 'DocumentName',
  270: 'ImageDescription',
  271: 'Make',
  272: 'Model',
  305: 'Software',
  37500: 'MakerNote',
};
/** ComfyUI's animated WebP counts down from Model (`prompt:{…}`), Make (`workflow:{…}`), one tag for each further key. */
const FIRST_COUNTED = 0x0100;
const LAST_COUNTED = 0x0110;
const MAX_NAME = 64;

/** Collects the texts that generators put into EXIF, each under its tag's name or the name written before its JSON. */
export function addExif(block: Uint8Array, into: Collector): void {
  const exif = parseExif(block);
  if (exif === undefined) {
    into.warn('The EXIF block is not readable.');
    return;
  }
  for (const value of exif.values) {
    const keyword = keywordOf(value);
    if (keyword === undefined) continue;
    if (!into.budget.take(value.data.length)) {
      into.warn('EXIF values are past the limits.');
      return;
    }
    addValue(keyword, value, exif.littleEndian, into);
  }
}

function keywordOf({ tag, type }: ExifValue): string | undefined {
  if (tag === USER_COMMENT) return 'UserComment';
  const counted = tag >= FIRST_COUNTED && tag <= LAST_COUNTED && type === 2 ? `tag${tag}` : undefined;
  return UTF16_NAMES[tag] ?? TEXT_NAMES[tag] ?? counted;
}

function addValue(keyword: string, { tag, data }: ExifValue, littleEndian: boolean, into: Collector): void {
  if (tag === USER_COMMENT) {
    into.add(keyword, decodeUserComment(data, littleEndian), 'exif');
    return;
  }
  if (UTF16_NAMES[tag] !== undefined) {
    into.add(keyword, utf16Text(data, false), 'exif');
    return;
  }
  const text = looseText(data);
  const named = tag <= LAST_COUNTED ? namedJson(text) : undefined;
  if (named === undefined) into.add(keyword, text, 'exif');
  else into.add(named.name, named.json, 'exif');
}

/** `prompt:{…}` and `Workflow: {…}`; the case of the two known names varies between writers. */
function namedJson(text: string): { name: string; json: string } | undefined {
  const colon = text.slice(0, MAX_NAME + 1).indexOf(':');
  if (colon < 1) return undefined;
  const json = text.slice(colon + 1).trimStart();
  if (!json.startsWith('{')) return undefined;
  const name = text.slice(0, colon).trim();
  // JSON of another tool has a colon as well.
  if (!/^[\w. -]+$/.test(name)) return undefined;
  const lower = name.toLowerCase();
  return { name: lower === 'prompt' || lower === 'workflow' ? lower : name, json };
}
