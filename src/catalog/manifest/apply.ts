import { KINDS, OPS, STATUSES } from '../../domain/kind.ts';
import { facetValues } from '../../domain/search/facets.ts';
import type { Step } from './batch.ts';
import { ascii, hex32 } from './bytes.ts';
import { wordsOf } from './ids.ts';
import type { ManifestContext, OwnerStore } from './store.ts';

const words = new Uint32Array(4);

/** Brings one committed line into the index and the ring. @param now ms: when it was committed */
export function applyStep(store: OwnerStore, step: Step, offset: number, now: number): void {
  const { index } = store;
  const { seq, record, entry } = step;
  const { id, kind, status } = record;
  const form = wordsOf(id, words);
  const before = index.ids.find(words, form);
  if (before >= 0) store.ring(index.columns.kind(before)).drop(before);
  index.seq = seq;
  store.lastActivity = Math.max(store.lastActivity, now);
  if (step.op === 'purge') {
    index.purge(words, form, { seq, id, time: now, kind, status });
    return;
  }
  const row = index.put(words, {
    offset,
    length: step.line.length,
    createdAt: entry.createdAt,
    seq,
    op: OPS.indexOf(step.op),
    kind: KINDS.indexOf(kind),
    status: STATUSES.indexOf(status),
    favorite: record.favorite,
    form,
    sha: Math.max(0, hex32(ascii(record.sha256), 0)),
    bytes: record.bytes,
    thumbBytes: record.thumb_bytes,
    trait: index.facets.traitOf(facetValues(record), record.favorite),
  });
  if (status === 'active') store.ring(KINDS.indexOf(kind)).offer(row, entry);
  if (step.op !== 'put' || record.idem === undefined) return;
  const mark = ascii(record.idem);
  index.marks.add(hex32(mark, 0), hex32(mark, 8), row, now);
}

/** Tells whoever listens of a line that is in the index by now. */
export function tell(context: ManifestContext, store: OwnerStore, step: Step): void {
  const { op, seq, at, entry } = step;
  context.emit({
    version: { epoch: store.index.epoch, seq },
    op,
    kind: at.kind,
    owner: at.owner,
    id: at.id,
    entry: op === 'purge' ? undefined : entry,
  });
}
