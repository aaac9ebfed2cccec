/**
 * Reads `strace -f -y -ttt`-like logs: one finished system call with the places in the log where it began and ended.
 * A call that another thread interrupted stands on two lines (`<unfinished ...>` and `<... resumed>`).
 */
export interface SystemCall {
  readonly name: string;
  readonly args: string;
  readonly result: string;
  /** Line on which it began and on which it was seen to have ended. */
  readonly begin: number;
  readonly end: number;
}

const WHOLE = /^(?:\[pid\s+)?(\d+)\]?\s+(\w+)\((.*)\)\s+=\s+(.+)$/;
const BEGUN = /^(?:\[pid\s+)?(\d+)\]?\s+(\w+)\((.*?)\s*<unfinished \.\.\.>$/;
const RESUMED = /^(?:\[pid\s+)?(\d+)\]?\s+<\.\.\. (\w+) resumed>(.*)\)\s+=\s+(.+)$/;

export function parseStrace(log: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, { args: string; begin: number }>();
  log.split('\n').forEach((line, index) => {
    const begun = BEGUN.exec(line);
    if (begun !== null) {
      open.set(`${begun[1]}:${begun[2]}`, { args: begun[3] ?? '', begin: index });
      return;
    }
    const resumed = RESUMED.exec(line);
    if (resumed !== null) {
      const key = `${resumed[1]}:${resumed[2]}`;
      const start = open.get(key);
      open.delete(key);
      if (start === undefined) return;
      const args = start.args + (resumed[3] ?? '');
      calls.push({ name: resumed[2] ?? '', args, result: resumed[4] ?? '', begin: start.begin, end: index });
      return;
    }
    const whole = WHOLE.exec(line);
    if (whole === null) return;
    calls.push({
      name: whole[2] ?? '',
      args: whole[3] ?? '',
      result: whole[4] ?? '',
      begin: index,
      end: index,
    });
  });
  return calls.sort((a, b) => a.end - b.end);
}

/** The path behind a call's first descriptor (`-y`), without a deletion mark. */
export function descriptorPath(call: SystemCall): string {
  return /^\d+<([^>]*)>/.exec(call.args)?.[1]?.replace(/ ?\(deleted\)$/, '') ?? '';
}

/** The quoted paths of a call, in order. */
export function quotedPaths(call: SystemCall): string[] {
  return [...call.args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
}
