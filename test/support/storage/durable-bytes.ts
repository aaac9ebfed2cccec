import { type Random, randomBelow } from '../random.ts';

/** One file's bytes as the disk has them, and the changes that it may or may not have taken yet. */
export interface DurableBytes {
  write(bytes: Buffer, position: number): void;
  truncate(length: number): void;
  sync(): void;
  pending(): number;
  /** What a crash may leave: every pending change kept, dropped or kept in part, on its own. */
  crash(random: Random): Buffer;
}

type ByteChange =
  | { readonly kind: 'write'; readonly bytes: Buffer; readonly position: number }
  | { readonly kind: 'truncate'; readonly length: number };

/** Takes `content` over; the caller does not write to it any more. */
export function createDurableBytes(content: Buffer): DurableBytes {
  let durable = growable(content);
  let pending: ByteChange[] = [];
  return {
    write(bytes, position) {
      pending.push({ kind: 'write', bytes, position });
    },
    truncate(length) {
      pending.push({ kind: 'truncate', length });
    },
    sync() {
      for (const change of pending) durable = keep(durable, change);
      pending = [];
    },
    pending: () => pending.length,
    crash(random) {
      let left: Growable = { bytes: Buffer.from(contentOf(durable)), size: durable.size };
      for (const change of pending) left = maybe(left, change, random);
      return contentOf(left);
    },
  };
}

interface Growable {
  readonly bytes: Buffer;
  readonly size: number;
}

function growable(content: Buffer): Growable {
  return { bytes: Buffer.from(content), size: content.length };
}

function contentOf({ bytes, size }: Growable): Buffer {
  return bytes.subarray(0, size);
}

function sized({ bytes, size }: Growable, length: number): Growable {
  if (length <= size) {
    bytes.fill(0, length, size);
    return { bytes, size: length };
  }
  if (length <= bytes.length) return { bytes, size: length };
  const larger = Buffer.alloc(Math.max(length, bytes.length * 2));
  bytes.copy(larger, 0, 0, size);
  return { bytes: larger, size: length };
}

function keep(state: Growable, change: ByteChange): Growable {
  if (change.kind === 'truncate') return sized(state, change.length);
  const grown = sized(state, Math.max(state.size, change.position + change.bytes.length));
  grown.bytes.set(change.bytes, change.position);
  return grown;
}

/** Kept, dropped, cut short, or (past the end) only its length kept: zeros, as after delayed allocation. */
function maybe(state: Growable, change: ByteChange, random: Random): Growable {
  const fate = randomBelow(random, 4);
  if (fate === 0) return state;
  if (fate === 1 || change.kind === 'truncate') return keep(state, change);
  const part = randomBelow(random, change.bytes.length + 1);
  if (fate === 2) return keep(state, { ...change, bytes: change.bytes.subarray(0, part) });
  const whole = sized(state, Math.max(state.size, change.position + change.bytes.length));
  whole.bytes.set(change.bytes.subarray(part), change.position + part);
  return whole;
}
