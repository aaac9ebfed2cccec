export interface WatcherState {
  /** `polling`: the system gave us no watches (any more); the last days are looked at every few seconds instead. */
  readonly mode: 'watching' | 'polling' | 'stopped';
  /** Folders being watched. */
  readonly watched: number;
  /** Why not everything is watched, for the health page. */
  readonly degraded?: string;
}

/** Notices within a second or two what other programs do in the last days' folders. Its events are hints only. */
export interface Watcher {
  /** Resolves when the first watches are asked for; looking goes on until `signal` or `stop`. Never throws for want of watches. */
  start(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
  state(): WatcherState;
}
