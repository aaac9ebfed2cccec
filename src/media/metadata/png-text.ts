import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';
import { latin1Text, looseText, nulAt, utf8Text } from './bytes.ts';
import type { Collector } from './collector.ts';
import { addExif } from './exif-texts.ts';
import { type Chunk, walkPng } from './png-chunks.ts';
import type { Window } from './window.ts';
import { addXmp } from './xmp.ts';

const unpack = promisify(inflate);

/** Keyword of the iTXt chunk that holds XMP (XMP specification, part 3, 1.1.5). */
const XMP_KEYWORD = 'XML:com.adobe.xmp';

/** Bytes unpacked at once: fewer, larger pieces cost less. */
const CHUNK = 256 * 1024;

type Reader = (data: Uint8Array, into: Collector) => Promise<void> | void;

/**
 * The kinds of chunk that carry text (PNG specification, 11.3.3), and `comf`, ComfyUI's own for animated PNGs: its data
 * is that of a `tEXt`, and it stands behind the pixels so that Pillow leaves it alone.
 */
const READERS: { readonly [type: string]: Reader | undefined } = {
  tEXt: (data, into) => addPlain(data, 'tEXt', into),
  zTXt: addPacked,
  iTXt: addInternational,
  eXIf: addExif,
  comf: (data, into) => addPlain(data, 'comf', into),
};

/** Collects every text of a PNG, those behind the pixels too. */
export async function readPngText(source: ByteSource, into: Collector): Promise<void> {
  const ended = await walkPng(source, (chunk, window) => {
    const read = Object.hasOwn(READERS, chunk.type) ? READERS[chunk.type] : undefined;
    return read === undefined ? undefined : readChunk(chunk, window, read, into);
  });
  if (ended === 'cut') into.warn('The file is cut short.');
  if (ended === 'long') into.warn('The file has too many chunks; the rest was not read.');
}

async function readChunk({ type, start, length }: Chunk, window: Window, read: Reader, into: Collector) {
  if (!into.budget.take(length)) {
    into.warn(`A ${type} chunk is past the limits and was left out.`);
    return;
  }
  await read(await window.get(start, length), into);
}

function addPlain(data: Uint8Array, place: 'tEXt' | 'comf', into: Collector): void {
  const end = nulAt(data, 0);
  if (end < 0) {
    into.warn(`A ${place} chunk has no keyword.`);
    return;
  }
  into.add(latin1Text(data.subarray(0, end)), looseText(data.subarray(end + 1)), place);
}

async function addPacked(data: Uint8Array, into: Collector): Promise<void> {
  const end = nulAt(data, 0);
  if (end < 0 || data[end + 1] !== 0) {
    into.warn('A zTXt chunk is not as its format says.');
    return;
  }
  const text = await inflated(data.subarray(end + 2), into);
  if (text !== undefined) into.add(latin1Text(data.subarray(0, end)), looseText(text), 'zTXt');
}

async function addInternational(data: Uint8Array, into: Collector): Promise<void> {
  const end = nulAt(data, 0);
  const language = end < 0 ? -1 : nulAt(data, end + 3);
  const translated = language < 0 ? -1 : nulAt(data, language + 1);
  if (translated < 0) {
    into.warn('An iTXt chunk is not as its format says.');
    return;
  }
  const keyword = latin1Text(data.subarray(0, end));
  const rest = data.subarray(translated + 1);
  const plain = data[end + 1] === 0 ? rest : await inflated(rest, into);
  if (plain === undefined) return;
  if (keyword === XMP_KEYWORD) addXmp(utf8Text(plain), into);
  else into.add(keyword, utf8Text(plain), 'iTXt');
}

/** Unpacks into bounded memory, off the main thread. */
async function inflated(packed: Uint8Array, into: Collector): Promise<Uint8Array | undefined> {
  const most = into.budget.inflate(packed.length);
  try {
    if (most === 0) throw new RangeError('nothing left');
    const text = await unpack(packed, { maxOutputLength: most, chunkSize: CHUNK });
    into.budget.giveBack(most - text.length);
    return text;
  } catch {
    into.warn('A packed text is damaged or past the limits and was left out.');
    return undefined;
  }
}
