import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Far, followWork } from './follow-work.ts';

export interface Work<T> {
  readonly isRunning: boolean;
  /** How far it is; undefined before the first word of it. */
  readonly far: Far | undefined;
  readonly result: T | undefined;
  readonly error: Error | null;
  /** @param ask begins it; it ends when the signal is aborted */
  start(ask: (signal: AbortSignal) => Promise<Response>): void;
  /** Ends it at its next batch. */
  stop(): void;
  /** Forgets how it ended. */
  reset(): void;
}

/** One long piece of work that tells how far it is. It ends with the page that began it. */
export function useWork<T>(name: string, onDone?: (result: T) => void): Work<T> {
  const [far, setFar] = useState<Far>();
  const control = useRef<AbortController>(undefined);
  useEffect(() => () => control.current?.abort(), []);
  const { mutate, reset, ...work } = useMutation({
    mutationKey: ['admin', name],
    mutationFn: async (ask: (signal: AbortSignal) => Promise<Response>) => {
      setFar(undefined);
      const own = new AbortController();
      control.current = own;
      return followWork<T>(ask(own.signal), setFar);
    },
    ...(onDone === undefined ? {} : { onSuccess: onDone }),
  });
  // stopped by hand: no failure
  const isStopped = work.error instanceof DOMException && work.error.name === 'AbortError';
  return {
    isRunning: work.isPending,
    far,
    result: work.data,
    error: isStopped ? null : work.error,
    start: mutate,
    stop: () => control.current?.abort(),
    reset,
  };
}
