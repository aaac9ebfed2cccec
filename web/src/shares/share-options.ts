const HOUR = 3_600;
const DAY = 24 * HOUR;

/** How long a link lives, in seconds. */
export const LIFETIMES = { hour: HOUR, day: DAY, week: 7 * DAY, month: 30 * DAY, year: 365 * DAY } as const;
export type Lifetime = keyof typeof LIFETIMES;
export const LIFETIME_NAMES = ['hour', 'day', 'week', 'month', 'year'] as const satisfies readonly Lifetime[];

/** Of one link; the server refuses more. */
export const MOST_SHARED = 1_000;

export interface ShareChoices {
  readonly name: string;
  readonly lifetime: Lifetime;
  readonly thumbnailOnly: boolean;
  readonly showPrompt: boolean;
  readonly stripMetadata: boolean;
}

export const FIRST_CHOICES: ShareChoices = {
  name: '',
  lifetime: 'week',
  thumbnailOnly: false,
  showPrompt: false,
  stripMetadata: true,
};

export function shareRequest(ids: readonly string[], choices: ShareChoices) {
  const { name, lifetime, thumbnailOnly, showPrompt, stripMetadata } = choices;
  return {
    ids: [...ids],
    name: name.trim(),
    expires_in: LIFETIMES[lifetime],
    thumbnail_only: thumbnailOnly,
    show_prompt: showPrompt,
    strip_metadata: stripMetadata,
  };
}

/** The address as one passes it on. @param path as the server gives it, with its own sub-path */
export function shareAddress(path: string, origin: string): string {
  return new URL(path, origin).href;
}

export type ShareEnd = 'alive' | 'expired' | 'revoked';

/** @param now ms */
export function endOf(
  share: { readonly revoked: boolean; readonly expires_at: string },
  now: number,
): ShareEnd {
  if (share.revoked) return 'revoked';
  return Date.parse(share.expires_at) <= now ? 'expired' : 'alive';
}
