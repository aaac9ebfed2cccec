import type { Version } from '../catalog/catalog.ts';
import type { Kind } from '../domain/kind.ts';
import type { Selection } from '../domain/search/selection.ts';
import type { Gallery } from '../services/services.ts';
import { type Answer, type Call, type Ctx, ownerOf } from './call.ts';
import { checked } from './checked.ts';
import { namesTag } from './conditions.ts';
import { type KeptAnswer, type KeptAnswers, notModified, sendKept, versionTag } from './kept.ts';
import { clamp, queryHash, remembering, whole } from './list-query.ts';
import { readParams, SelectionParams, selectionOf } from './selection-query.ts';
import { createZone } from './zoned-day.ts';

const MOST_VALUES = 1_000;
const DEFAULT_VALUES = 100;

export const FacetParams = SelectionParams.extend({
  most: whole('most').optional().openapi({
    type: 'integer',
    minimum: 1,
    maximum: MOST_VALUES,
    default: DEFAULT_VALUES,
    description: 'Values of each facet, the most frequent first.',
  }),
});

/** What is counted about the selected pictures. */
export interface Counts {
  facets(c: Ctx, call: Call, kind: Kind): Answer;
  timeline(c: Ctx, call: Call, kind: Kind): Answer;
}

interface Asked {
  readonly selection: Omit<Selection, 'owner' | 'kind'>;
  readonly tz: string;
  readonly most: number;
  readonly hash: string;
}

interface Counted {
  readonly version: Version;
  readonly answer: object;
}

type Count = (selection: Selection, asked: Asked) => Promise<Counted>;

/** Answers as lists are: with an entity tag of the owner's version, and from memory while nothing changed. */
export function createCounts(gallery: Gallery, kept: KeptAnswers): Counts {
  const question = (name: string, count: Count) => {
    const parse = remembering((search) => parseCounts(name, search));
    return (c: Ctx, call: Call, kind: Kind): Answer => {
      const owner = ownerOf(call);
      const asked = parse(call.search);
      const held = c.env.incoming.headers['if-none-match'];
      const key = `${name} ${kind} ${owner}${call.search}`;
      const version = gallery.peekVersion(owner);
      if (version !== undefined) {
        const etag = versionTag(version, asked.hash);
        if (held !== undefined && namesTag(held, etag)) return notModified(call, etag);
        const hit = kept.get(key, version);
        if (hit !== undefined) return sendKept(call, hit, held);
      }
      return count({ owner, kind, ...asked.selection }, asked).then((counted) => {
        const fresh = finished(counted, asked.hash);
        kept.set(key, fresh);
        return sendKept(call, fresh, held);
      });
    };
  };
  return {
    facets: question('facets', async (selection, { most }) => {
      const { total, facets, version } = await gallery.facets(selection, most);
      return { version, answer: { total, facets } };
    }),
    timeline: question('timeline', async (selection, { tz }) => {
      const { days, version } = await gallery.timeline(selection, createZone(tz).dayOf);
      return { version, answer: { days, total: days.reduce((sum, { count }) => sum + count, 0) } };
    }),
  };
}

function parseCounts(name: string, search: string): Asked {
  const params = checked(FacetParams, readParams(search));
  return {
    selection: selectionOf(params),
    tz: params.tz ?? 'UTC',
    most: clamp(params.most ?? DEFAULT_VALUES, 1, MOST_VALUES),
    hash: queryHash(name, search),
  };
}

function finished({ version, answer }: Counted, hash: string): KeptAnswer {
  return { version, etag: versionTag(version, hash), body: Buffer.from(JSON.stringify(answer)) };
}
