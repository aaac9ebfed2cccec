/** When the newest pictures are read from a manifest's end before all of it is. */
export interface TailRules {
  /** Smaller manifests (bytes) are read whole as quickly. */
  readonly leastBytes: number;
  /** The log is read whole: only up to so many bytes. */
  readonly mostLog: number;
  /** Most bytes of the base that are read for a page. */
  readonly mostBase: number;
  /** Bytes of the base that are read at once. */
  readonly piece: number;
  /** ms that the load is given before an answer is taken from the tail: what is known then has an exact total. */
  readonly patience: number;
  /** Longer manifests (bytes) without a snapshot are never loaded in that time: their load begins after the answer. */
  readonly quick: number;
}

export const TAIL: TailRules = {
  leastBytes: 1 << 20,
  mostLog: 32 << 20,
  mostBase: 16 << 20,
  piece: 128 << 10,
  patience: 100,
  quick: 32 << 20,
};
