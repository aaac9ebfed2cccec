import { crc32 } from 'node:zlib';
import { isOwner, type Owner } from '../../domain/owner.ts';
import { type Column, SnapshotError } from './saved-part.ts';

/** Rises with every change of the file, or of what the arrays mean. Another version is made again. */
export const SNAPSHOT_VERSION = 3;
/** First line, newline included; written last. */
export const FIRST_LINE = 64;
/** Where an array begins is a multiple of this. */
export const ALIGNMENT = 8;
/** Bytes read or written between two turns of whoever else waits. */
export const PIECE = 2 << 20;

/** Everything that can be deleted and made again, beside the manifests. */
export const INDEX_FOLDER = '.kiroku/index';

export function snapshotKey(owner: Owner): string {
  return `${INDEX_FOLDER}/${owner}.columns`;
}

/** A file of the index folder by its name: a snapshot, a search file (`search/`), or what reconcile saw. */
export function indexFileOf(
  name: string,
): { readonly owner: Owner; readonly isUnfinishedSnapshot: boolean } | undefined {
  const owner = /^([^.]+)\.(?:columns|search|days)(?:\.new)?$/.exec(name)?.[1];
  if (owner === undefined || !isOwner(owner)) return undefined;
  return { owner, isUnfinishedSnapshot: name.endsWith('.columns.new') };
}

const TYPES = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f8: Float64Array };
export type TypeName = keyof typeof TYPES;

export function isTypeName(value: unknown): value is TypeName {
  return typeof value === 'string' && Object.hasOwn(TYPES, value);
}

export function typeNameOf(array: Column): TypeName {
  if (array instanceof Uint8Array) return 'u1';
  if (array instanceof Uint16Array) return 'u2';
  return array instanceof Uint32Array ? 'u4' : 'f8';
}

export function bytesOfType(type: TypeName): number {
  return TYPES[type].BYTES_PER_ELEMENT;
}

export function makeColumn(type: TypeName, length: number): Column {
  return new TYPES[type](length);
}

/** The used elements of an array as the bytes they are. */
export function bytesOf(array: Column, used: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, used * array.BYTES_PER_ELEMENT);
}

export function encodeFirstLine(table: Buffer, at: number): Buffer {
  const text = `KIROKU-COLUMNS ${SNAPSHOT_VERSION} ${at} ${table.length} ${crc32(table)}`;
  return Buffer.from(`${text.padEnd(FIRST_LINE - 1)}\n`, 'latin1');
}

/** Where the table lies. @throws SnapshotError for anything that is not a finished snapshot of this version */
export function decodeFirstLine(bytes: Buffer): { at: number; length: number; crc: number } {
  const match = /^KIROKU-COLUMNS (\d{1,6}) (\d{1,15}) (\d{1,9}) (\d{1,10}) *\n$/.exec(
    bytes.toString('latin1'),
  );
  if (match === null) throw new SnapshotError('not finished, or no snapshot');
  const [version = 0, at = 0, length = 0, crc = 0] = match.slice(1).map(Number);
  if (version !== SNAPSHOT_VERSION) throw new SnapshotError(`version ${version}`);
  return { at, length, crc };
}
