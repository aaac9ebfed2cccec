import { LRUCache } from 'lru-cache';
import type { Version } from '../catalog/catalog.ts';
import { ownBytes } from '../domain/own-bytes.ts';
import type { Call } from './call.ts';
import { namesTag } from './conditions.ts';
import { respond } from './respond.ts';

/** A finished answer about one version of an owner's pictures. */
export interface KeptAnswer {
  readonly version: Version;
  /** Without quotes; undefined for an answer that this version will soon be given otherwise: nobody may keep it. */
  readonly etag: string | undefined;
  readonly body: Buffer<ArrayBuffer>;
}

/** Finished answers by kind, owner and query, kept until they are too many or their owner's version has changed. */
export interface KeptAnswers {
  /** The answer under this key if it is of this version. */
  get(key: string, version: Version): KeptAnswer | undefined;
  set(key: string, answer: KeptAnswer): void;
}

const MAX_KEY = 600;
const TYPE = 'application/json';
/** Kept by the browser alone, and asked for again each time: that is what the entity tag is for. */
const CACHE = 'private, no-cache';
const VARY = 'Cookie, Authorization, X-User-Id';

/** @param bytes of all of them together; 0 keeps none. */
export function createKeptAnswers(bytes: number): KeptAnswers {
  // A cache of nothing would be one without a bound: no answer fits into one byte.
  const answers = new LRUCache<string, KeptAnswer>({
    maxSize: Math.max(1, bytes),
    sizeCalculation: (answer, key) => answer.body.length + key.length + 200,
  });
  return {
    get(key, version) {
      const answer = answers.get(key);
      if (answer === undefined) return undefined;
      return answer.version.seq === version.seq && answer.version.epoch === version.epoch
        ? answer
        : undefined;
    },
    set(key, answer) {
      if (key.length > MAX_KEY) return;
      const body = ownBytes(answer.body);
      answers.set(key, body === answer.body ? answer : { ...answer, body });
    },
  };
}

/** Without quotes. @param hash of the query, and of whatever else the bytes depend on */
export function versionTag(version: Version, hash: string): string {
  return `${version.epoch}-${version.seq}-${hash}`;
}

/** The answer, or 304 where the caller has it already. @param asked the header If-None-Match */
export function sendKept(call: Call, answer: KeptAnswer, asked: string | undefined): Response {
  const { etag, body } = answer;
  if (etag === undefined) {
    return respond(call, 200, body, {
      'Content-Type': TYPE,
      'Cache-Control': 'private, no-store',
      Vary: VARY,
    });
  }
  if (asked !== undefined && namesTag(asked, etag)) return notModified(call, etag);
  return respond(call, 200, body, {
    'Content-Type': TYPE,
    'Cache-Control': CACHE,
    ETag: `"${etag}"`,
    Vary: VARY,
  });
}

export function notModified(call: Call, etag: string): Response {
  return respond(call, 304, null, { 'Cache-Control': CACHE, ETag: `"${etag}"`, Vary: VARY });
}
