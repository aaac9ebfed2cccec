import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What stands for the admin token in a browser: for a short time, and never longer than this process runs. */
export interface AdminSession {
  /** Tells one from another in logs; not a secret. */
  readonly sid: string;
  /** When the token was shown, ms since the epoch. */
  readonly began: number;
  /** From when on it is none, ms since the epoch. */
  readonly expires: number;
}

export interface AdminSessions {
  begin(): { readonly session: AdminSession; readonly value: string };
  /** Undefined for anything that is not, byte for byte, the value of a session that goes on. */
  verify(value: string): AdminSession | undefined;
  /** A later value of the same session when it is time for one; undefined else, and at its longest. */
  renew(session: AdminSession): string | undefined;
  /** No value of this session is one from now on. Safe to repeat. */
  end(session: AdminSession): void;
}

export interface AdminSessionDeps {
  /** What cookies are signed with. */
  readonly key: string;
  /** The admin token: a session ends with it. */
  readonly token: string;
  /** ms since the epoch. */
  readonly now: () => number;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

const PURPOSE = 'kiroku/admin-session/v1';
const VALUE = /^a1\.([0-9a-f]{32})\.(0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/;
/** Unused for so long, it ends. */
const IDLE_MS = 60 * 60_000;
/** Used or not, it ends. */
const LONGEST_MS = 12 * 60 * 60_000;
/** More are not remembered as ended: all sessions end instead. */
const MOST_ENDED = 10_000;

/**
 * Sessions of the admin's web pages. The MAC's key is made of the cookies' secret, the admin token and bytes that no
 * other process has: another token, another secret or a restart ends them all, and so one that was ended cannot come
 * back. It binds the purpose, so nothing that was signed for anything else is a session.
 */
export function createAdminSessions({ key, token, now, random }: AdminSessionDeps): AdminSessions {
  const freshKey = (): Buffer => {
    const salt = Buffer.concat([createHash('sha256').update(token).digest(), random(32)]);
    return Buffer.from(hkdfSync('sha256', key, salt, PURPOSE, 32));
  };
  let secret = freshKey();
  /** Ended ones, and until when they would have gone on. */
  const ended = new Map<string, number>();

  const textOf = ({ sid, began, expires }: AdminSession): string =>
    `a1.${sid}.${began}.${expires}.${macOf(secret, sid, began, expires)}`;

  return {
    begin() {
      const began = now();
      const session = { sid: Buffer.from(random(16)).toString('hex'), began, expires: began + IDLE_MS };
      return { session, value: textOf(session) };
    },
    verify(value) {
      const [, sid = '', began, expires, mac = ''] = VALUE.exec(value) ?? [];
      const session = { sid, began: Number(began), expires: Number(expires) };
      // the text is compared, not its bytes: base64url has several spellings of the same bytes
      const right = Buffer.from(macOf(secret, sid, session.began, session.expires), 'latin1');
      const sent = Buffer.from(mac, 'latin1');
      if (sent.length !== right.length || !timingSafeEqual(sent, right)) return undefined;
      return now() < session.expires && !ended.has(sid) ? session : undefined;
    },
    renew(session) {
      const time = now();
      const expires = Math.min(time + IDLE_MS, session.began + LONGEST_MS);
      const isDue = session.expires - time < IDLE_MS / 2 && expires > session.expires;
      return isDue ? textOf({ ...session, expires }) : undefined;
    },
    end({ sid, began }) {
      ended.set(sid, began + LONGEST_MS);
      if (ended.size <= MOST_ENDED) return;
      const time = now();
      for (const [other, until] of ended) if (until <= time) ended.delete(other);
      if (ended.size <= MOST_ENDED) return;
      ended.clear();
      secret = freshKey();
    },
  };
}

function macOf(secret: Buffer, sid: string, began: number, expires: number): string {
  return createHmac('sha256', secret).update(`${PURPOSE}\n${sid}\n${began}\n${expires}`).digest('base64url');
}
