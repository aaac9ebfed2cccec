import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { descriptorPath, parseStrace } from './strace.ts';
import { type Act, look, type Prepared, sameLibrary, shownLibrary } from './syscalls-acts.ts';

/** What a caller may be told of each; something else is a success, where the call could be done without. */
const CODES: Readonly<Record<string, RegExp>> = {
  EIO: /^500 io_error$/,
  EACCES: /^500 io_error$/,
  ENOSPC: /^507 disk_full$/,
  EROFS: /^503 read_only$/,
  EMFILE: /^503 overloaded$/,
};

/**
 * What a promise rests on: pictures, manifests, owners' documents, links, marks of transfers, and the staged files that
 * become them. The notes of runs, jobs and findings and what is only kept for speed may be done without.
 */
const PROMISED =
  /^(?:users(?:\/|$)|\.kiroku\/state\/(?:shares|transfers)|\.kiroku\/staging(?:$|\/(?:users|incoming)\.))/;

export interface Told {
  readonly error: string;
  readonly act: string;
  /** Status and code, or `cut`. */
  readonly told: string;
  readonly ok: boolean;
  readonly died: boolean;
}

export function judgeAnswer({ error, act, told, ok, died }: Told): string[] {
  if (ok) return [];
  if (error === 'KILL') return died && told === 'cut' ? [] : [`answered ${told}`];
  return CODES[error]?.test(told) === true ? [] : [`${act} answered ${told}`];
}

/**
 * Files and folders that promises rest on and whose sync was made to fail. The kernel may have dropped what it was for
 * (an injected error leaves it there, so that nothing shows it later): whoever says "done" all the same lies.
 */
export async function lostSyncs(log: string, outputs: string): Promise<string[]> {
  const calls = parseStrace(await readFile(log, 'utf8'));
  const failed = calls.filter(
    ({ name, result }) => /^f(?:data)?sync$/.test(name) && result.includes('(INJECTED)'),
  );
  return failed.map((call) => relative(outputs, descriptorPath(call))).filter((path) => PROMISED.test(path));
}

/** Before or after, nothing between; after, where that was said. Then the same call comes to its end. */
export async function judgeState(
  prepared: Prepared,
  act: Act,
  sure: boolean,
  told: string,
): Promise<string[]> {
  const { client, before, after } = prepared;
  try {
    const seen = await look(client, act.name === 'purge' && !sure);
    const right = sameLibrary(seen, after) || (!sure && sameLibrary(seen, before));
    const faults = right
      ? []
      : [
          `after "${told}" there is ${shownLibrary(seen)}; before ${shownLibrary(before)}; wanted ${shownLibrary(after)}`,
        ];
    const again = await act.run(prepared);
    const text = await again.text();
    if (!again.ok) faults.push(`the same call again: ${again.status} ${text.slice(0, 300)}`);
    const end = await look(client);
    if (!sameLibrary(end, after))
      faults.push(`done again there is ${shownLibrary(end)}; wanted ${shownLibrary(after)}`);
    return faults;
  } catch (error) {
    return [`after "${told}": ${error}`];
  }
}
