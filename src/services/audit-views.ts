import { LRUCache } from 'lru-cache';
import type { Log } from '../domain/log.ts';
import type { Owner } from '../domain/owner.ts';
import type { Audit } from './audit.ts';

/** Somebody with power over other people's pictures looks at those of one owner. */
export interface View {
  /** Tells one admin's session from another; not a secret. `token` for the token itself. */
  readonly session: string;
  readonly owner: Owner;
  readonly what: 'list' | 'original';
}

export interface AuditViews {
  /**
   * In the audit log when it resolves, once a minute for each session, owner and kind of view: a page of a gallery is
   * one line. Never throws: a full disk hides nothing from those who must free it, and the log of the server tells of it.
   */
  seen(view: View): Promise<void>;
}

export interface AuditViewsDeps {
  readonly audit: Pick<Audit, 'record'>;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Characters of a session's name that the log has. */
const SHOWN = 8;
const EVERY_MS = 60_000;
/** What was looked at last; of what is forgotten the next view is a line again. */
const MOST_KEPT = 10_000;

export function createAuditViews({ audit, log, now }: AuditViewsDeps): AuditViews {
  const written = new LRUCache<string, number>({ max: MOST_KEPT });
  return {
    async seen({ session, owner, what }) {
      const key = `${session}\n${owner}\n${what}`;
      const at = now();
      const before = written.get(key);
      if (before !== undefined && Math.abs(at - before) < EVERY_MS) return;
      written.set(key, at);
      try {
        const detail = { what, session: session.slice(0, SHOWN) };
        await audit.record({ actor: 'admin', action: 'view', owner, detail });
      } catch (error) {
        written.delete(key);
        log.error({ owner, what, err: error }, 'an admin looked, and the audit log could not be written');
      }
    },
  };
}
