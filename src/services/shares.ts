import type { Catalog, Entry } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import { isPictureId, type PictureId } from '../domain/id.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { type Log, silentLog } from '../domain/log.ts';
import { isOwner, type Owner } from '../domain/owner.ts';
import { cleanText } from '../domain/text.ts';
import type { StateStore } from '../state/state-store.ts';
import type { ShareSigner } from './share-token.ts';

/** What whoever has the link may see. */
export interface ShareOptions {
  /** Thumbnails alone: originals are as if they were not there. */
  readonly thumbnailOnly: boolean;
  readonly showPrompt: boolean;
  /** Originals without anything that was embedded in them. */
  readonly stripMetadata: boolean;
}

export interface Share extends ShareOptions {
  readonly sid: string;
  readonly owner: Owner;
  /** Whose they were when the link was made: what its signature binds, also after a transfer. */
  readonly signedFor: Owner;
  readonly ids: readonly PictureId[];
  readonly name: string;
  /** ms since the epoch. */
  readonly created: number;
  /** ms since the epoch; whole seconds. */
  readonly expires: number;
  readonly revoked: boolean;
  /** How often its page was opened; a restart may forget the last minute. */
  readonly views: number;
}

export interface ShareRequest extends ShareOptions {
  readonly ids: readonly string[];
  /** Seconds. */
  readonly expiresIn: number;
  readonly name: string;
}

export interface Shares {
  /** Durable when it resolves. @throws KirokuError `not_found` for a picture that the owner cannot open; `invalid_parameter` */
  create(owner: Owner, request: ShareRequest): Promise<{ readonly share: Share; readonly token: string }>;
  /** The owner's, newest first; ended ones too, until 30 days after the time for which they were made. */
  list(owner: Owner): Promise<readonly { readonly share: Share; readonly token: string }[]>;
  /** Idempotent. @throws KirokuError `not_found` */
  revoke(owner: Owner, sid: string): Promise<void>;
  /**
   * @throws KirokuError `not_found` for a token that is none of ours, and 30 days after its time; `gone` for one that has
   *   expired or was revoked
   */
  open(token: string): Promise<Share>;
  /** Its pictures that are there and not in the trash, in the order in which they were shared. */
  pictures(share: Share): Promise<readonly Entry[]>;
  /** Which of its first pictures, `MOST_PREVIEWS` of them, its visitors see now; none once it has ended. */
  previews(share: Share): Promise<readonly PictureId[]>;
  /** One of them. @throws KirokuError `not_found` */
  picture(share: Share, id: string): Promise<Entry>;
  /** Gives every link of one owner to another, durably; how many. The links stay as they are. */
  move(from: Owner, to: Owner): Promise<number>;
  /** Takes note of a line that somebody else has appended to the journal. */
  take(line: JsonObject): Promise<void>;
  /** Counts that the page was opened. Never throws: a count is no reason to show nothing. */
  viewed(share: Share): Promise<void>;
}

export interface SharesDeps {
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly signer: ShareSigner;
  /** A new ULID, lower case. */
  readonly nextId: (time: number) => string;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly log?: Log;
}

const MOST_PICTURES = 1_000;
/** Enough to know a link again by. A list of a thousand links is answered without a look at each of their pictures. */
const MOST_PREVIEWS = 4;
const MOST_ALIVE = 1_000;
/** Of one owner, ended ones that are still shown among them: links of a second's life must not fill the memory. */
const MOST_KEPT = 10_000;
const MOST_KEPT_PICTURES = 1_000_000;
const LONGEST_SECONDS = 366 * 86_400;
const SHOWN_AFTERWARDS_MS = 30 * 86_400_000;
const VIEWS_EVERY_MS = 60_000;

interface Held {
  share: Share;
  /** When its views were last written down. */
  written: number;
}

/** Links by which others see some pictures for a while. The journal is the truth; what is alive is kept in memory. */
export function createShares({ catalog, state, signer, nextId, now, log = silentLog }: SharesDeps): Shares {
  let loading: Promise<Map<string, Held>> | undefined;
  const all = () =>
    (loading ??= load(state, now()).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
  const tokenOf = (share: Share) => signer.sign(claimsOf(share));

  const find = async (owner: Owner, id: string): Promise<Entry> => {
    const entry = isPictureId(id) ? await catalog.find(owner, 'generated', id) : undefined;
    if (entry === undefined || entry.status !== 'active') throw notFound();
    return entry;
  };

  const shown = async (owner: Owner, ids: readonly PictureId[]): Promise<Entry[]> => {
    const found = await Promise.all(ids.map((id) => catalog.find(owner, 'generated', id)));
    return found.filter((entry) => entry?.status === 'active').filter((entry) => entry !== undefined);
  };

  return {
    async create(owner, request) {
      const { expiresIn, thumbnailOnly, showPrompt, stripMetadata } = request;
      const wanted = [...new Set(request.ids)];
      if (wanted.length === 0 || wanted.length > MOST_PICTURES)
        refuse('ids', `from 1 to ${MOST_PICTURES} pictures.`);
      if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > LONGEST_SECONDS) {
        refuse('expires_in', `seconds, from 1 to ${LONGEST_SECONDS}.`);
      }
      const shares = await all();
      forgetEnded(shares, now());
      refuseTooMany(shares, owner, now());
      const entries = await Promise.all(wanted.map((id) => find(owner, id)));
      const created = now();
      const share: Share = {
        sid: nextId(created),
        owner,
        signedFor: owner,
        ids: entries.map(({ id }) => id),
        name: cleanText(request.name).slice(0, 100),
        created,
        expires: (Math.floor(created / 1000) + expiresIn) * 1000,
        thumbnailOnly,
        showPrompt,
        stripMetadata,
        revoked: false,
        views: 0,
      };
      await state.append('shares', { op: 'create', ...entryOf(share) });
      shares.set(share.sid, { share, written: created });
      return { share, token: tokenOf(share) };
    },

    async list(owner) {
      const shares = [...(await all()).values()].map(({ share }) => share);
      return shares
        .filter((share) => share.owner === owner && isShown(share, now()))
        .sort((a, b) => (a.sid < b.sid ? 1 : -1))
        .map((share) => ({ share, token: tokenOf(share) }));
    },

    async revoke(owner, sid) {
      const held = (await all()).get(sid);
      if (held === undefined || held.share.owner !== owner) throw notFound();
      if (held.share.revoked) return;
      await state.append('shares', { op: 'revoke', sid, at: now() });
      held.share = { ...held.share, revoked: true };
    },

    async open(token) {
      const held = (await all()).get(signer.sidOf(token) ?? '');
      if (held === undefined || !signer.verify(token, claimsOf(held.share))) throw notFound();
      if (!isShown(held.share, now())) throw notFound();
      if (!isAlive(held.share, now())) throw new KirokuError('gone', 'This link is no longer valid.');
      return held.share;
    },

    pictures: ({ owner, ids }) => shown(owner, ids),

    async previews(share) {
      if (!isAlive(share, now())) return [];
      return (await shown(share.owner, share.ids.slice(0, MOST_PREVIEWS))).map(({ id }) => id);
    },

    async picture(share, id) {
      if (!share.ids.some((shared) => shared === id)) throw notFound();
      return find(share.owner, id);
    },

    async move(from, to) {
      const held = [...(await all()).values()].filter(({ share }) => share.owner === from);
      if (held.length === 0) return 0;
      await state.append('shares', { op: 'move', from, to, at: now() });
      for (const one of held) one.share = { ...one.share, owner: to };
      return held.length;
    },

    async take(line) {
      // being loaded, the journal may be behind this line or not: it says the same twice
      if (loading !== undefined) applyLine(await all(), line);
    },

    async viewed({ sid }) {
      const held = (await all()).get(sid);
      if (held === undefined) return;
      held.share = { ...held.share, views: held.share.views + 1 };
      if (now() - held.written < VIEWS_EVERY_MS) return;
      held.written = now();
      try {
        await state.append('shares', { op: 'views', sid, views: held.share.views });
      } catch (error) {
        // a full or read-only disk stops no reader; the next minute writes the sum
        log.warn({ err: error }, 'views of a link could not be written down');
      }
    },
  };
}

function isAlive(share: Share, now: number): boolean {
  return !share.revoked && now < share.expires;
}

/** Nobody is shown them any more. Not the revoked ones before their time: a restore brings the lines that made them once more. */
function forgetEnded(shares: Map<string, Held>, now: number): void {
  for (const [sid, { share }] of shares) if (!isShown(share, now)) shares.delete(sid);
}

function isShown({ expires }: Share, now: number): boolean {
  return expires > now - SHOWN_AFTERWARDS_MS;
}

/** @throws KirokuError `invalid_parameter` */
function refuseTooMany(shares: ReadonlyMap<string, Held>, owner: Owner, now: number): void {
  const own = { alive: 0, kept: 0, pictures: 0 };
  for (const { share } of shares.values()) {
    if (share.owner !== owner) continue;
    own.kept += 1;
    own.pictures += share.ids.length;
    if (isAlive(share, now)) own.alive += 1;
  }
  if (own.alive >= MOST_ALIVE) refuse('ids', `at most ${MOST_ALIVE} links at a time.`);
  if (own.kept >= MOST_KEPT || own.pictures >= MOST_KEPT_PICTURES) {
    refuse('ids', 'too many links in the last 30 days.');
  }
}

function claimsOf({ sid, signedFor, ids, expires }: Share) {
  return { sid, owner: signedFor, ids, expires: expires / 1000 };
}

function refuse(field: string, why: string): never {
  throw new KirokuError('invalid_parameter', `${field}: ${why}`, { details: { field } });
}

function entryOf(share: Share): JsonObject {
  const { sid, owner, ids, name, created, expires, thumbnailOnly, showPrompt, stripMetadata } = share;
  return { sid, owner, ids: [...ids], name, created, expires, thumbnailOnly, showPrompt, stripMetadata };
}

async function load(state: StateStore, now: number): Promise<Map<string, Held>> {
  const shares = new Map<string, Held>();
  for await (const line of state.readJournal('shares')) applyLine(shares, line);
  forgetEnded(shares, now);
  return shares;
}

function applyLine(shares: Map<string, Held>, line: JsonObject): void {
  const { op, sid, views } = line;
  if (op === 'move') moveAll(shares, line);
  if (typeof sid !== 'string') return;
  const held = shares.get(sid);
  if (op === 'create') {
    // a line that a restore has brought once more must not open again what was ended since
    const share = held === undefined ? shareOf(sid, line) : undefined;
    if (share !== undefined) shares.set(sid, { share, written: 0 });
  } else if (held !== undefined && op === 'revoke') held.share = { ...held.share, revoked: true };
  else if (held !== undefined && op === 'views' && typeof views === 'number') {
    held.share = { ...held.share, views };
  }
}

function moveAll(shares: ReadonlyMap<string, Held>, { from, to }: JsonObject): void {
  if (typeof to !== 'string' || !isOwner(to)) return;
  for (const held of shares.values()) {
    if (held.share.owner === from) held.share = { ...held.share, owner: to };
  }
}

/** Undefined for an entry of another form: a later version's, say. */
function shareOf(sid: string, line: JsonObject): Share | undefined {
  const { owner, ids, name, created, expires } = line;
  if (typeof owner !== 'string' || !isOwner(owner) || !Array.isArray(ids) || isJsonObject(ids))
    return undefined;
  if (typeof created !== 'number' || typeof expires !== 'number') return undefined;
  const known = ids.filter((id): id is string => typeof id === 'string').filter(isPictureId);
  return {
    sid,
    owner,
    signedFor: owner,
    ids: known,
    name: typeof name === 'string' ? name : '',
    created,
    expires,
    thumbnailOnly: line['thumbnailOnly'] === true,
    showPrompt: line['showPrompt'] === true,
    stripMetadata: line['stripMetadata'] !== false,
    revoked: false,
    views: 0,
  };
}
