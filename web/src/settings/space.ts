import type { Usage } from '../api/types.ts';

export interface Limited {
  readonly used: number;
  /** Null: no limit. */
  readonly most: number | null;
  readonly state: Usage['state'];
}

/** From here on a limit is near: the server's own mark. */
const NEAR = 0.9;

/** A limit is on originals and thumbnails together. */
export function bytesOf({ bytes, thumb_bytes, quota }: Usage): Limited {
  return limited(bytes + thumb_bytes, quota.max_bytes);
}

export function countOf({ count, quota }: Usage): Limited {
  return limited(count, quota.max_count);
}

/** The trash may have a limit of its own, on bytes. */
export function trashOf({ trash }: Usage): Limited {
  return limited(trash.bytes + trash.thumb_bytes, trash.max_bytes);
}

function limited(used: number, most: number | null): Limited {
  if (most === null || used < most * NEAR) return { used, most, state: 'ok' };
  return { used, most, state: used >= most ? 'full' : 'warn' };
}
