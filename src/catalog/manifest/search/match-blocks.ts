import type { BlockText } from './block-text.ts';
import { type BlockFilter, createMatcher, isEmptySet, SET_BYTES } from './match-block.ts';
import type { SegmentFile, TextPlace } from './text-file.ts';
import type { TextTerm } from './text-term.ts';

/** Texts closer than this are read together, up to so many bytes. */
const NEAR = 32 << 10;
const MOST_AT_ONCE = 1 << 20;

/** Two buffers that take turns: the disk fills one while the other is searched. */
export interface Scratch {
  /** At least `length` bytes; what the call before the last one was given is written over. */
  next(length: number): Buffer;
}

export function createScratch(): Scratch {
  let [one, other] = [Buffer.alloc(0), Buffer.alloc(0)];
  return {
    next(length) {
      [one, other] = [other, one];
      // a block of very long texts is not held on to
      if (length > MOST_AT_ONCE) return Buffer.allocUnsafeSlow(length);
      if (one.length < length) one = Buffer.allocUnsafeSlow(Math.min(MOST_AT_ONCE, length * 2));
      return one;
    },
  };
}

export interface MatchTools {
  readonly scratch: Scratch;
  /** Awaited between reads, so that the thread can do something else. */
  readonly breathe: () => Promise<void>;
}

/**
 * Which pictures of some blocks the terms hold for: the words of all blocks first, then the terms of those blocks in
 * which any picture is left. Neighbouring texts are read together.
 * @param sets the pictures to look at, `SET_BYTES` a block; changed
 * @returns `sets`; undefined when a block is not what was written
 */
export async function matchBlocks(
  segments: SegmentFile,
  blocks: Uint32Array,
  sets: Uint8Array,
  terms: readonly TextTerm[],
  tools: MatchTools,
): Promise<Uint8Array | undefined> {
  const matcher = createMatcher(terms);
  for (const part of ['words', 'terms'] as const) {
    const filter = matcher[part];
    if (filter === undefined) continue;
    const wanted = Array.from(blocks, (block, i) => ({ block, set: i * SET_BYTES }))
      .filter(({ set }) => !isEmptySet(sets, set))
      .map(({ block, set }) => ({ set, place: segments.placeOf(block, part) }));
    if (!(await keepIn(segments, part, wanted, filter, sets, tools))) return undefined;
  }
  return sets;
}

interface Wanted {
  readonly set: number;
  readonly place: TextPlace;
}

async function keepIn(
  segments: SegmentFile,
  part: 'words' | 'terms',
  wanted: Wanted[],
  filter: BlockFilter,
  sets: Uint8Array,
  { scratch, breathe }: MatchTools,
): Promise<boolean> {
  const runs = runsOf(wanted);
  let next = read(segments, runs[0], scratch);
  for (const [i, run] of runs.entries()) {
    const bytes = await next;
    next = read(segments, runs[i + 1], scratch);
    // its failure is met when its turn comes
    next.catch(() => undefined);
    for (const { set, place } of run.wanted) {
      const text = textOf(segments, part, bytes, run.start, place);
      if (text === undefined) {
        await next;
        return false;
      }
      filter.keep(text, sets, set);
    }
    await breathe();
  }
  return true;
}

function textOf(
  segments: SegmentFile,
  part: 'words' | 'terms',
  bytes: Buffer,
  start: number,
  { block, at, length }: TextPlace,
): BlockText | undefined {
  const own = bytes.subarray(at - start, at - start + length);
  return own.length === length ? segments.check(block, part, own) : undefined;
}

interface Run {
  readonly start: number;
  end: number;
  readonly memory: Buffer | undefined;
  readonly wanted: Wanted[];
}

function runsOf(wanted: Wanted[]): Run[] {
  const runs: Run[] = [];
  for (const one of wanted.sort((a, b) => a.place.block - b.place.block)) {
    const { at, length, memory } = one.place;
    const end = at + length;
    const last = runs.at(-1);
    const joins =
      last !== undefined &&
      last.memory === memory &&
      at >= last.end &&
      at - last.end <= NEAR &&
      end - last.start <= MOST_AT_ONCE;
    if (joins) {
      last.end = end;
      last.wanted.push(one);
    } else {
      runs.push({ start: at, end, memory, wanted: [one] });
    }
  }
  return runs;
}

async function read(segments: SegmentFile, run: Run | undefined, scratch: Scratch): Promise<Buffer> {
  if (run === undefined) return Buffer.alloc(0);
  const { start, end, memory } = run;
  if (memory !== undefined) return memory.subarray(start, end);
  return segments.read(start, end - start, scratch.next(end - start));
}
