/** One value of an IFD: its tag, its TIFF field type (2 ASCII, 3 SHORT, 7 undefined), its bytes. */
export interface Entry {
  readonly tag: number;
  readonly type: number;
  readonly data: Uint8Array;
}

export interface ExifParts {
  readonly littleEndian?: boolean;
  readonly first?: readonly Entry[];
  /** Values of the EXIF IFD, which a pointer in the first one leads to. */
  readonly exif?: readonly Entry[];
}

export function ascii(tag: number, text: string): Entry {
  return { tag, type: 2, data: Buffer.from(`${text}\0`) };
}

export function userComment(data: Uint8Array): Entry {
  return { tag: 0x9286, type: 7, data };
}

/** UserComment bytes in each of the codings that real writers use. */
export const codings = {
  utf16be: (text: string) => Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(text, 'utf16le').swap16()]),
  utf16le: (text: string) => Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(text, 'utf16le')]),
  utf16bom: (text: string) =>
    Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(`\ufeff${text}`, 'utf16le').swap16()]),
  ascii: (text: string) => Buffer.concat([Buffer.from('ASCII\0\0\0'), Buffer.from(text)]),
  undefined: (text: string) => Buffer.concat([Buffer.alloc(8), Buffer.from(text)]),
  undefinedUtf16: (text: string) => Buffer.concat([Buffer.alloc(8), Buffer.from(text, 'utf16le')]),
  none: (text: string) => Buffer.from(text),
} as const;

/** A TIFF block (TIFF 6.0, section 2) without the `Exif` lead. */
export function exifBlock({ littleEndian = false, first = [], exif = [] }: ExifParts): Buffer {
  const order = littleEndian ? 'II*\0' : 'MM\0*';
  const u16 = (value: number) => number(value, 2, littleEndian);
  const u32 = (value: number) => number(value, 4, littleEndian);
  const sizeOf = (entries: readonly Entry[]) =>
    6 + entries.length * 12 + entries.reduce((sum, { data }) => sum + (data.length > 4 ? data.length : 0), 0);

  function ifd(entries: readonly Entry[], at: number): Buffer {
    const heads: Buffer[] = [u16(entries.length)];
    const values: Buffer[] = [];
    let next = at + 6 + entries.length * 12;
    for (const { tag, type, data } of entries) {
      const count = type === 3 ? data.length / 2 : type === 4 ? data.length / 4 : data.length;
      const fits = data.length <= 4;
      heads.push(u16(tag), u16(type), u32(count), fits ? padded(data) : u32(next));
      if (!fits) {
        values.push(Buffer.from(data));
        next += data.length;
      }
    }
    return Buffer.concat([...heads, u32(0), ...values]);
  }

  const pointer = (at: number): Entry => ({ tag: 0x8769, type: 4, data: u32(at) });
  const withPointer = exif.length === 0 ? first : [...first, pointer(0)];
  const second = 8 + sizeOf(withPointer);
  const entries = exif.length === 0 ? first : [...first, pointer(second)];
  return Buffer.concat([
    Buffer.from(order, 'latin1'),
    u32(8),
    ifd(entries, 8),
    exif.length === 0 ? Buffer.alloc(0) : ifd(exif, second),
  ]);
}

export function short(tag: number, value: number, littleEndian = false): Entry {
  return { tag, type: 3, data: number(value, 2, littleEndian) };
}

function number(value: number, bytes: 2 | 4, littleEndian: boolean): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (littleEndian) buffer.writeUIntLE(value, 0, bytes);
  else buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function padded(data: Uint8Array): Buffer {
  return Buffer.concat([data, Buffer.alloc(4 - data.length)]);
}
