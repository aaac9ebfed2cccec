import type { Session } from './session.ts';

/** Searches that may be gone on with, and rows in all of them together. */
const MOST_SESSIONS = 8;
const LEAST_ROWS = 16_384;

/** The last few searches of an owner by what they look for: the next page goes on where the last one ended. */
export class SessionShelf {
  private readonly sessions = new Map<string, Session>();

  get bytes(): number {
    return [...this.sessions.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get(key: string): Session | undefined {
    const session = this.sessions.get(key);
    if (session === undefined) return undefined;
    this.sessions.delete(key);
    this.sessions.set(key, session);
    return session;
  }

  /** Keeps it and what else there is room for: about a byte for each of the owner's pictures in all. */
  put(key: string, session: Session, pictures: number): void {
    this.sessions.delete(key);
    this.sessions.set(key, session);
    const most = Math.max(LEAST_ROWS * 4, pictures + (pictures >> 2));
    for (const oldest of this.sessions.keys()) {
      if (this.sessions.size <= MOST_SESSIONS && this.bytes <= most) return;
      this.sessions.delete(oldest);
    }
  }

  delete(key: string, session: Session): void {
    if (this.sessions.get(key) === session) this.sessions.delete(key);
  }

  clear(): void {
    this.sessions.clear();
  }
}
