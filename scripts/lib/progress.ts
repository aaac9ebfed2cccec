/** Something to look at while a command works; silent where nobody looks. */
export interface Progress {
  /** @param total undefined when nobody knows */
  tell(done: number, total?: number): void;
  /** Takes the bar away. Safe to repeat. */
  end(): void;
}

export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTH = 30;
/** As often as an eye can use it, ms. */
const EVERY_MS = 100;
const CLEAR = '\r\u001b[K';

/** A bar on a terminal, nothing anywhere else. */
export function createProgress(terminal: Terminal, name: string): Progress {
  let shown = false;
  let last = 0;
  return {
    tell(done, total) {
      const now = performance.now();
      if (terminal.isTTY !== true || now - last < EVERY_MS) return;
      last = now;
      shown = true;
      terminal.write(
        `${CLEAR}${name} ${total === undefined ? done : `${bar(done, total)} ${done}/${total}`}`,
      );
    },
    end() {
      if (shown) terminal.write(CLEAR);
      shown = false;
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.round((done / total) * WIDTH));
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}]`;
}
