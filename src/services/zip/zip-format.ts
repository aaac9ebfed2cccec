/**
 * Headers of a ZIP archive whose members are stored as they are, with every size and checksum known beforehand.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14–16 (ends),
 * 4.5.3 (Zip64); Info-ZIP "extended timestamp" 0x5455 for times in UTC.
 */

/** One member as its headers tell of it. */
export interface ZipMember {
  /** Without folders above the archive; `/` between parts. */
  readonly name: string;
  readonly bytes: number;
  /** CRC-32 of the content (IEEE). */
  readonly crc32: number;
  /** ms since the epoch; kept to the second. */
  readonly time: number;
}

const LOCAL = 0x0403_4b50;
const CENTRAL = 0x0201_4b50;
const END = 0x0605_4b50;
const END_64 = 0x0606_4b50;
const END_64_LOCATOR = 0x0706_4b50;

const MOST_32 = 0xffff_ffff;
const MOST_16 = 0xffff;
/** Version needed to extract: 2.0, or 4.5 where Zip64 is used. */
const PLAIN = 20;
const ZIP64 = 45;
/** Made by: Unix (3), so that the file mode in the external attributes counts. */
const MADE_BY = (3 << 8) | ZIP64;
/** A regular file, rw-r--r--. */
const MODE = 0o100644;
/** Bit 11: names are UTF-8. */
const FLAGS = 0x0800;

/** What stands before a member's bytes. */
export function localHeader(member: ZipMember): Buffer {
  const name = Buffer.from(member.name, 'utf8');
  const large = member.bytes >= MOST_32;
  const extra = Buffer.concat([
    timeExtra(member.time),
    large ? sizesExtra([member.bytes, member.bytes]) : EMPTY,
  ]);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(LOCAL, 0);
  head.writeUInt16LE(large ? ZIP64 : PLAIN, 4);
  writeShared(head, 6, member, large);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(extra.length, 28);
  return Buffer.concat([head, name, extra]);
}

/** A member's entry in the directory. @param offset of its local header in the archive */
export function centralEntry(member: ZipMember, offset: number): Buffer {
  const name = Buffer.from(member.name, 'utf8');
  const large = member.bytes >= MOST_32;
  const far = offset >= MOST_32;
  const wide = [...(large ? [member.bytes, member.bytes] : []), ...(far ? [offset] : [])];
  const extra = Buffer.concat([timeExtra(member.time), wide.length > 0 ? sizesExtra(wide) : EMPTY]);
  const head = Buffer.alloc(46);
  head.writeUInt32LE(CENTRAL, 0);
  head.writeUInt16LE(MADE_BY, 4);
  head.writeUInt16LE(large || far ? ZIP64 : PLAIN, 6);
  writeShared(head, 8, member, large);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE((MODE << 16) >>> 0, 38);
  head.writeUInt32LE(far ? MOST_32 : offset, 42);
  return Buffer.concat([head, name, extra]);
}

/** What closes the archive. @param offset of the directory. @param length of the directory in bytes */
export function endRecords(members: number, offset: number, length: number): Buffer {
  const needs64 = members >= MOST_16 || offset >= MOST_32 || length >= MOST_32;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(Math.min(members, MOST_16), 8);
  end.writeUInt16LE(Math.min(members, MOST_16), 10);
  end.writeUInt32LE(Math.min(length, MOST_32), 12);
  end.writeUInt32LE(Math.min(offset, MOST_32), 16);
  return needs64 ? Buffer.concat([end64(members, offset, length), end]) : end;
}

function end64(members: number, offset: number, length: number): Buffer {
  const end = Buffer.alloc(56 + 20);
  end.writeUInt32LE(END_64, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(MADE_BY, 12);
  end.writeUInt16LE(ZIP64, 14);
  end.writeBigUInt64LE(BigInt(members), 24);
  end.writeBigUInt64LE(BigInt(members), 32);
  end.writeBigUInt64LE(BigInt(length), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(END_64_LOCATOR, 56);
  end.writeBigUInt64LE(BigInt(offset + length), 64);
  end.writeUInt32LE(1, 72);
  return end;
}

/** From the flags to the sizes: the same bytes in both headers. Method 0 is "stored". */
function writeShared(head: Buffer, at: number, { time, crc32, bytes }: ZipMember, large: boolean): void {
  const [date, clock] = dosTime(time);
  head.writeUInt16LE(FLAGS, at);
  head.writeUInt16LE(0, at + 2);
  head.writeUInt16LE(clock, at + 4);
  head.writeUInt16LE(date, at + 6);
  head.writeUInt32LE(crc32 >>> 0, at + 8);
  head.writeUInt32LE(large ? MOST_32 : bytes, at + 12);
  head.writeUInt32LE(large ? MOST_32 : bytes, at + 16);
}

const EMPTY = Buffer.alloc(0);

function timeExtra(time: number): Buffer {
  const extra = Buffer.alloc(9);
  extra.writeUInt16LE(0x5455, 0);
  extra.writeUInt16LE(5, 2);
  extra.writeUInt8(1, 4);
  // signed 32 bits of seconds: what lies beyond has its DOS time alone
  extra.writeInt32LE(Math.min(0x7fff_ffff, Math.max(0, Math.floor(time / 1000))), 5);
  return extra;
}

function sizesExtra(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
  return extra;
}

/** Date and time of the format of 1980, in UTC, two seconds exact. */
function dosTime(time: number): [date: number, clock: number] {
  const at = new Date(Math.min(Date.UTC(2107, 11, 31, 23, 59, 58), Math.max(Date.UTC(1980, 0, 1), time)));
  return [
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
  ];
}
