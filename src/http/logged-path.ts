import type { Call } from './call.ts';

const MOST_CHARS = 200;
/** A link's token: what follows the last dot opens it (`src/services/share-token.ts`). */
const SHARE = /(s1\.[0-9a-f]{8}\.[0-9a-z]{26}\.)[A-Za-z0-9_-]+/g;
const DOWNLOAD = /(\/downloads\/)[^/]+/g;

/** A request's path as the log may have it: bounded, and without what would open somebody's pictures. */
export function loggedPath({ path, route }: Pick<Call, 'path' | 'route'>): string {
  // an odd spelling of a token opens the same
  if (route.includes('{token}') && path.includes('%')) return route;
  const shown = path.replace(SHARE, '$1…').replace(DOWNLOAD, '$1…');
  return shown.length > MOST_CHARS ? `${shown.slice(0, MOST_CHARS)}…` : shown;
}
