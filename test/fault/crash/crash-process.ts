import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkHistory, type HistoryOutcome } from './crash-states.ts';

/**
 * A process of its own that runs one history after another; at its other end is this same file.
 * @param traces as `checkHistory` takes it
 */
export function startHistoryProcess(traces: boolean): {
  check(seed: number): Promise<HistoryOutcome>;
  close(): void;
} {
  const child = fork(fileURLToPath(import.meta.url), ['serve', ...(traces ? ['traces'] : [])], {
    // a state's machines are garbage when it is done: room for a few of them makes collecting cheap
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=32'],
  });
  return {
    check: (seed) =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`the process of seed ${seed} ended with ${child.exitCode}`));
        child.once('exit', ended);
        child.once('message', (outcome: HistoryOutcome) => {
          child.off('exit', ended);
          resolve(outcome);
        });
        child.send(seed);
      }),
    close() {
      // one whose process has ended has nothing to disconnect, and would say only that
      if (child.connected) child.disconnect();
    },
  };
}

if (process.argv[2] === 'serve' && process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('message', (seed: number) => {
    checkHistory(seed, process.argv[3] === 'traces').then(
      (outcome) => process.send?.(outcome),
      () => process.exit(1),
    );
  });
}
