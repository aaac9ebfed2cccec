const STORED = 'kiroku.guest-notice-seen';

/** Whether this guest has put the notice away, or made a code. */
export function isGuestNoticeHidden(owner: string): boolean {
  return localStorage.getItem(STORED) === owner;
}

/** For this guest: whoever is somebody else here tomorrow is told again. */
export function hideGuestNotice(owner: string): void {
  localStorage.setItem(STORED, owner);
}
