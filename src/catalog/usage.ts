import type { Kind } from '../domain/kind.ts';
import type { Version } from './catalog.ts';

/** How much there is of something. Bytes are those of originals; thumbnails are told apart. */
export interface Use {
  readonly count: number;
  readonly bytes: number;
  readonly thumbBytes: number;
}

export type UseByKind = { [kind in Kind]: Use };

/** What one owner has. */
export interface OwnerUsage {
  readonly version: Version;
  /** ms since the epoch: when something of it last changed; 0 when nothing ever did. */
  readonly lastActivity: number;
  readonly active: Readonly<UseByKind>;
  readonly trash: Readonly<UseByKind>;
}

export function emptyUse(): UseByKind {
  const none = { count: 0, bytes: 0, thumbBytes: 0 };
  return { generated: none, input: none, control: none };
}

/** Everything in one sum. */
export function sumOf(use: Readonly<UseByKind>): Use {
  const { generated, input, control } = use;
  return {
    count: generated.count + input.count + control.count,
    bytes: generated.bytes + input.bytes + control.bytes,
    thumbBytes: generated.thumbBytes + input.thumbBytes + control.thumbBytes,
  };
}
