import { KINDS, STATUSES } from '../../../domain/kind.ts';
import type { Cursor } from '../../../domain/page.ts';
import type { OwnerIndex } from '../owner-index.ts';
import { turn } from '../turns.ts';
import { BLOCK_PICTURES } from './match-block.ts';
import { NO_ROW } from './ordinals.ts';
import { OwnerSearch, placesOf, type SearchTools } from './owner-search.ts';
import { SearchAgainError } from './search-trouble.ts';
import { SEGMENT_BLOCKS } from './segment.ts';
import { mapRows } from './seq-rows.ts';
import { SIGNATURE_BYTES } from './signature.ts';
import type { BlockFacts, OpenedText } from './text-index.ts';

const AT_ONCE = SEGMENT_BLOCKS * BLOCK_PICTURES;
/** Blocks of an opened file that are taken in together: about a millisecond. */
const BLOCKS_AT_ONCE = 256;
/** How often a long build says how far it is, in pictures. */
const TOLD_EVERY = 262_144;
/** A file is made anew when more than one in so many of its texts is of no use, */
const DEAD_SHARE = 4;
/** and there are more than so many of them; or when it has been added to so often. */
const LEAST_DEAD = 4_096;
const MOST_ADDITIONS = 1_024;

/**
 * The owner's search, ready for the present index: opened from its file, or made from the manifest's lines.
 * @throws KirokuError as the storage, SearchAgainError
 */
export async function openSearch(tools: SearchTools): Promise<OwnerSearch> {
  const { store, context } = tools;
  const { index, owner } = store;
  const opened = await context.texts.open(owner, index.epoch);
  if (store.index !== index) {
    await opened?.file.close();
    throw new SearchAgainError();
  }
  const known = opened === undefined ? undefined : await adopt(tools, index, opened);
  return known ?? buildSearch(tools);
}

/** Undefined when the file's texts are not of this manifest's lines. */
async function adopt(
  { store }: SearchTools,
  index: OwnerIndex,
  { file, blocks }: OpenedText,
): Promise<OwnerSearch | undefined> {
  const until = index.seq;
  const { rows, missing, newest, highest } = await mapRows(index.columns, blocks.seqs, until);
  if (highest > index.seq || !(await isSameHistory(store, index, { file, blocks }, rows, newest))) {
    await file.close();
    if (store.index !== index) throw new SearchAgainError();
    return undefined;
  }
  const search = new OwnerSearch(index, file, until);
  search.ordinals.reserve(rows.length);
  await addBlocks(search, blocks, rows);
  search.setMissing(missing);
  return search;
}

/** In pieces, so that others have their turn. */
async function addBlocks(search: OwnerSearch, facts: BlockFacts, rows: Uint32Array): Promise<void> {
  let picture = 0;
  for (let block = 0; block < facts.counts.length; block += BLOCKS_AT_ONCE) {
    const counts = facts.counts.subarray(block, block + BLOCKS_AT_ONCE);
    const end = picture + counts.reduce((sum, count) => sum + count, 0);
    const bytes = [block * SIGNATURE_BYTES, (block + counts.length) * SIGNATURE_BYTES] as const;
    const piece = {
      counts,
      seqs: facts.seqs.subarray(picture, end),
      signatures: facts.signatures.subarray(...bytes),
    };
    search.ordinals.add(piece, rows.subarray(picture, end));
    picture = end;
    await turn();
  }
}

/**
 * A manifest that was put back from a backup goes on with the same epoch and gives the same numbers to other lines.
 * Where two histories part, all greater numbers are of different lines: one look at the greatest that is in use tells.
 */
async function isSameHistory(
  store: SearchTools['store'],
  index: OwnerIndex,
  { file, blocks }: OpenedText,
  rows: Uint32Array,
  newest: number,
): Promise<boolean> {
  if (newest < 0) return true;
  const row = rows[newest] ?? NO_ROW;
  let block = 0;
  let first = 0;
  while (first + (blocks.counts[block] ?? 0) <= newest) first += blocks.counts[block++] ?? 0;
  for (;;) {
    const from = store.file;
    if (store.index !== index || from === undefined) throw new SearchAgainError();
    // changed since: the next look will be at its new line, which cannot tell
    if (index.columns.seq(row) !== blocks.seqs[newest]) return true;
    if (await file.isMadeFrom(block, newest - first, placesOf(index, from.inode, [row]))) return true;
    if (store.file === from) return false;
  }
}

/**
 * Makes the whole file anew, newest pictures first.
 * @param isWanted asked now and then: false ends it
 * @throws KirokuError as the storage, SearchAgainError
 */
export async function buildSearch(
  tools: SearchTools,
  isWanted: () => boolean = () => true,
): Promise<OwnerSearch> {
  const { store, context } = tools;
  const { index, owner } = store;
  const { storage, log, texts } = context;
  const start = storage.now();
  const file = await texts.create(owner, index.epoch);
  const search = new OwnerSearch(index, file, index.seq);
  try {
    if (store.index !== index) throw new SearchAgainError();
    const total = index.columns.count;
    search.ordinals.reserve(total);
    let told = 0;
    for (const rows of rowsInChunks(index)) {
      if (!isWanted()) throw new SearchAgainError();
      await search.cover(tools, rows);
      const done = search.ordinals.pictures;
      if (done - told < TOLD_EVERY) continue;
      told = done;
      log.info({ owner, done, of: total }, 'search file is being made');
    }
    await file.publish();
    log.info({ owner, pictures: search.ordinals.pictures, ms: storage.now() - start }, 'search file made');
    return search;
  } catch (error) {
    search.retire();
    throw error;
  }
}

/** All live rows, each order from its newest on. Orders may change between two chunks: what moves has a new `seq`. */
function* rowsInChunks(index: OwnerIndex): Generator<number[]> {
  for (const [kind] of KINDS.entries()) {
    for (const [status] of STATUSES.entries()) {
      const order = index.order(kind, status);
      let last: Cursor | undefined;
      for (;;) {
        const end = last === undefined ? order.length : order.placeOfCursor(last, true);
        const count = Math.min(AT_ONCE, end);
        const rows = Array.from({ length: count }, (_, i) => order.at(end - 1 - i));
        const oldest = rows.at(-1);
        if (oldest === undefined) break;
        last = { time: index.columns.createdAt(oldest), id: index.idOf(oldest) };
        yield rows;
      }
    }
  }
}

/** True when so much of the file is of no use, or it is in so many pieces, that a new one is worth its making. */
export function isWorn({ ordinals, additions, dead }: OwnerSearch): boolean {
  if (additions > MOST_ADDITIONS) return true;
  return dead > LEAST_DEAD && dead > ordinals.pictures / DEAD_SHARE;
}
