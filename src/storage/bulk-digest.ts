import type { FolderDigest } from './bulk.ts';

/** Adds up what a folder holds, name by name in any order. */
export interface DigestSum {
  /** @param type place in `ENTRY_TYPES` */
  add(name: string, type: number): void;
  /** The same with the file's facts; times in ms. */
  addFile(name: string, type: number, size: number, mtime: number, ctime: number, inode: number): void;
  result(of: 'names' | 'files'): FolderDigest;
}

/**
 * A sum of 64-bit hashes, one a name: order does not count, and any single change of a name or a number changes it but for
 * one chance in 2^64. Against accidents only: it is no signature. Mixing as in MurmurHash3
 * (https://github.com/aappleby/smhasher, public domain), two lanes with different seeds.
 */
export function createFolderDigest(): DigestSum {
  const numbers = new Float64Array(4);
  const words = new Uint32Array(numbers.buffer);
  let names0 = 0;
  let names1 = 0;
  let files0 = 0;
  let files1 = 0;
  let newest = 0;
  let h0 = 0;
  let h1 = 0;

  function mix(value: number): void {
    h0 = Math.imul(rotate(h0 ^ scramble(value), 13), 5) + 0xe6546b64;
    h1 = Math.imul(rotate(h1 ^ Math.imul(value ^ 0x9e3779b9, 0x85ebca6b), 17), 9) + 0x38495ab5;
  }

  function begin(name: string, type: number): void {
    h0 = 0x811c9dc5 ^ type;
    h1 = 0x2545f491 + type;
    for (let i = 0; i < name.length; i += 2) {
      // two UTF-16 units at a time; past the end there is NaN, which counts as 0
      mix(name.charCodeAt(i) | (name.charCodeAt(i + 1) << 16));
    }
    mix(name.length);
  }

  return {
    add(name, type) {
      begin(name, type);
      names0 = (names0 + finish(h0)) | 0;
      names1 = (names1 + finish(h1)) | 0;
    },
    addFile(name, type, size, mtime, ctime, inode) {
      this.add(name, type);
      numbers[0] = size;
      numbers[1] = mtime;
      numbers[2] = ctime;
      numbers[3] = inode;
      for (let i = 0; i < words.length; i += 1) mix(words[i] ?? 0);
      files0 = (files0 + finish(h0)) | 0;
      files1 = (files1 + finish(h1)) | 0;
      newest = Math.max(newest, mtime, ctime);
    },
    result: (of) => ({
      names: hex(names0) + hex(names1),
      files: of === 'files' ? hex(files0) + hex(files1) : '',
      newest,
    }),
  };
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function scramble(value: number): number {
  return Math.imul(rotate(Math.imul(value, 0xcc9e2d51), 15), 0x1b873593);
}

function finish(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
