import { isUtf8 } from 'node:buffer';
import { looseText, nulAt, startsWithText, utf16Text } from './bytes.ts';

const CODE_BYTES = 8;
/** UTF-16 units at either end of a text that are looked at to know its byte order. */
const SAMPLE = 4096;

/**
 * The text of an EXIF UserComment (EXIF 2.32, 4.6.5): eight bytes of character code, then the text; or, by writers who
 * did not read that, the text straight away. The byte order of `UNICODE` is not declared anywhere: A1111 writes
 * big-endian whatever the TIFF order, .NET tools little-endian.
 * @param littleEndian the TIFF order, believed when nothing in the text decides
 */
export function decodeUserComment(data: Uint8Array, littleEndian: boolean): string {
  const rest = data.subarray(CODE_BYTES);
  if (startsWithText(data, 'UNICODE\0')) return decodeUtf16(rest, littleEndian);
  if (startsWithText(data, 'ASCII\0\0\0')) return looseText(rest);
  const undefinedCode = startsWithText(data, '\0\0\0\0\0\0\0\0');
  const text = undefinedCode ? rest : data;
  return hasInnerNul(text) || (undefinedCode && !isUtf8(text) && text.length % 2 === 0)
    ? decodeUtf16(text, littleEndian)
    : looseText(text);
}

/** A NUL with something other than padding behind it: no UTF-8 text. */
function hasInnerNul(text: Uint8Array): boolean {
  const nul = nulAt(text, 0);
  if (nul < 0) return false;
  for (let at = nul; at < text.length; at += 1) if (text[at] !== 0) return true;
  return false;
}

/** UTF-16 text of unknown byte order: a byte order mark decides, else the order that reads more like text. */
export function decodeUtf16(data: Uint8Array, littleEndian: boolean): string {
  const [first, second] = data;
  if (first === 0xfe && second === 0xff) return utf16Text(data.subarray(2), true);
  if (first === 0xff && second === 0xfe) return utf16Text(data.subarray(2), false);
  const big = plausibility(data, true);
  const little = plausibility(data, false);
  return utf16Text(data, big === little ? !littleEndian : big > little);
}

/**
 * How much like a prompt the text reads in this order. English in the wrong order is all rare Chinese characters, so
 * one sure ASCII character weighs more than one character of the scripts people write prompts in.
 */
function plausibility(data: Uint8Array, bigEndian: boolean): number {
  const units = Math.floor(data.length / 2);
  let sum = 0;
  for (let unit = 0; unit < units; unit += 1) {
    if (unit === SAMPLE && units > 2 * SAMPLE) unit = units - SAMPLE;
    const [first = 0, second = 0] = [data[unit * 2], data[unit * 2 + 1]];
    sum += weight(bigEndian ? first * 256 + second : first + second * 256);
  }
  return sum;
}

function weight(unit: number): number {
  if ((unit >= 0x20 && unit < 0x7f) || unit === 0x0a || unit === 0x0d || unit === 0x09) return 4;
  const asian =
    (unit >= 0x3000 && unit <= 0x30ff) ||
    (unit >= 0x4e00 && unit <= 0x9fff) ||
    (unit >= 0xac00 && unit <= 0xd7a3) ||
    (unit >= 0xff00 && unit <= 0xffef);
  return asian || (unit >= 0xa0 && unit <= 0x52f) ? 1 : 0;
}
