import { endianness } from 'node:os';
import { crc32 } from 'node:zlib';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Header } from './header.ts';
import type { LastLine } from './last-line.ts';
import { SnapshotError } from './saved-part.ts';
import { isTypeName, type TypeName } from './snapshot-format.ts';

/** Where an array lies in the file. */
export interface ArrayPlace {
  readonly type: TypeName;
  /** Elements in the file. */
  readonly used: number;
  /** Elements in memory, with room for more. */
  readonly room: number;
  /** First byte. */
  readonly at: number;
  readonly crc: number;
}

export interface PartPlace {
  readonly facts: JsonObject;
  readonly arrays: Readonly<Record<string, ArrayPlace>>;
}

/** What a snapshot says of itself, and of the manifest it belongs to. */
export interface SnapshotTable {
  readonly owner: Owner;
  /** ms: everything before `end` was there and in its lasting form by then. */
  readonly writtenAt: number;
  readonly manifest: Omit<Header, 'owner'>;
  /** Byte of the manifest up to which it holds; a line ends there. */
  readonly end: number;
  /** The line that ends there. */
  readonly last: LastLine;
  readonly parts: Readonly<Record<string, PartPlace>>;
}

export function encodeTable(table: SnapshotTable): Buffer {
  return Buffer.from(JSON.stringify({ ...table, endian: endianness() }));
}

/** @throws SnapshotError when it is not one that was made here for this owner */
export function decodeTable(bytes: Buffer, crc: number, owner: Owner): SnapshotTable {
  if (crc32(bytes) !== crc) throw new SnapshotError('bad table');
  const value = objectOf(JSON.parse(bytes.toString('utf8')));
  if (value['endian'] !== endianness()) throw new SnapshotError('another byte order');
  if (value['owner'] !== owner) throw new SnapshotError('of another owner');
  const manifest = objectOf(value['manifest']);
  const last = objectOf(value['last']);
  return {
    owner,
    writtenAt: countOf(value, 'writtenAt'),
    manifest: {
      epoch: String(manifest['epoch']),
      floor: countOf(manifest, 'floor'),
      maxSeq: countOf(manifest, 'maxSeq'),
      sortedEnd: countOf(manifest, 'sortedEnd'),
    },
    end: countOf(value, 'end'),
    last: { length: countOf(last, 'length'), seq: countOf(last, 'seq'), crc: countOf(last, 'crc') },
    parts: mapped(value['parts'], partOf),
  };
}

function partOf(value: JsonValue): PartPlace {
  const { facts, arrays } = objectOf(value);
  return { facts: objectOf(facts), arrays: mapped(arrays, arrayOf) };
}

function arrayOf(value: JsonValue): ArrayPlace {
  const array = objectOf(value);
  const type = array['type'];
  if (!isTypeName(type)) throw new SnapshotError('no such type');
  const [used, room] = [countOf(array, 'used'), countOf(array, 'room')];
  return { type, used, room, at: countOf(array, 'at'), crc: countOf(array, 'crc') };
}

function objectOf(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new SnapshotError('bad table');
  return value;
}

function mapped<T>(value: unknown, of: (value: JsonValue) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(objectOf(value)).map(([name, inner]) => [name, of(inner)]));
}

function countOf(object: JsonObject, name: string): number {
  const value = object[name];
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new SnapshotError(`${name} is no count`);
  return Number(value);
}
