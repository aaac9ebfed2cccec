import { isErrno } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Log } from '../../domain/log.ts';
import { isoOf } from '../../domain/time.ts';
import type { StateStore } from '../../state/state-store.ts';

export const FINDINGS = [
  /** A record was made from a sidecar that the catalog did not know. */
  'sidecar_restored',
  /** A sidecar was edited by somebody else, and the edit was taken. */
  'sidecar_edited',
  /** A sidecar was gone and was written again. */
  'sidecar_missing',
  /** A sidecar cannot be read; where the catalog knows better it was kept aside and written again. */
  'sidecar_invalid',
  /** A sidecar without its original. */
  'sidecar_alone',
  /** A trashed picture did not say since when. */
  'trash_undated',
  'original_missing',
  'original_changed',
  /** A second original under the id of a known picture. */
  'original_stray',
  /** An original under one of our own ids with neither sidecar nor record. */
  'original_orphan',
  /** A picture of the earlier system without a sidecar, taken in where it lies. */
  'original_adopted',
  /** A dropped file, taken in under an id of ours. */
  'file_adopted',
  /** A dropped file that is not a picture, is too large or does not decode. */
  'file_refused',
  /** A dropped file whose end has been missing for long. */
  'file_partial',
  /** A link, socket, FIFO, folder or name that is none of ours. */
  'foreign_entry',
  'folder_unreadable',
  'owner_missing',
] as const;

export type FindingName = (typeof FINDINGS)[number];

export interface Finding {
  readonly finding: FindingName;
  /** `left`: reported only, and only once. Anything else was done, and is reported each time. */
  readonly action: 'left' | 'taken' | 'rewritten' | 'dropped' | 'adopted';
  /** Relative to the tree's root. Data that anybody may have written. */
  readonly path: string;
  /** What makes it the same thing next time, beside its path: inode, size, time. */
  readonly identity?: string;
  readonly detail?: JsonObject;
}

export interface Findings {
  /** Logs, counts and journals. Never throws: a full disk must not stop the repair. */
  report(finding: Finding): Promise<void>;
  /** How often it was met since the start, those that were told of before too. */
  met(finding: FindingName): number;
  /** For what is too ordinary to be journalled: counted only. */
  note(finding: Finding): void;
  counts(): ReadonlyMap<string, number>;
}

/** Reported things that are remembered, so that a foreign file is told of once and not at every look. */
const REMEMBERED = 20_000;
const MAX_PATH = 1_024;

export interface FindingsDeps {
  readonly state: StateStore;
  readonly log: Log;
  readonly now: () => number;
}

/** Findings of reconcile: journal `findings`, log and counters. What is only `left` is told once, restarts included. */
export function createFindings(deps: FindingsDeps): Findings {
  const counts = new Map<string, number>();
  const met = new Map<string, number>();
  let known: Promise<Set<string>> | undefined;
  const rise = (of: Map<string, number>, finding: FindingName) => {
    of.set(finding, (of.get(finding) ?? 0) + 1);
  };
  const count = (finding: FindingName) => rise(counts, finding);
  return {
    note: ({ finding }) => count(finding),
    async report(finding) {
      rise(met, finding.finding);
      known ??= loadKnown(deps);
      const path = finding.path.slice(0, MAX_PATH);
      const once = finding.action === 'left';
      if (once && !remember(await known, keyOf(finding.finding, path, finding.identity))) return;
      count(finding.finding);
      const fields = { finding: finding.finding, action: finding.action, path, ...optional(finding) };
      if (once) deps.log.warn(fields, 'reconcile found something and left it alone');
      else deps.log.info(fields, 'reconcile corrected something');
      try {
        await deps.state.append('findings', { t: isoOf(deps.now()), ...fields });
      } catch (error) {
        deps.log.warn({ err: error, finding: finding.finding }, 'a finding could not be journalled');
      }
    },
    met: (finding) => met.get(finding) ?? 0,
    counts: () => counts,
  };
}

function optional(finding: Finding): JsonObject {
  return {
    ...(finding.identity === undefined ? {} : { identity: finding.identity }),
    ...(finding.detail === undefined ? {} : { detail: finding.detail }),
  };
}

function keyOf(finding: string, path: string, identity: string | undefined): string {
  return `${finding}\n${identity ?? ''}\n${path}`;
}

/** False when it was there; the oldest is forgotten beyond the bound. */
function remember(known: Set<string>, key: string): boolean {
  if (known.has(key)) return false;
  known.add(key);
  if (known.size > REMEMBERED) {
    const oldest = known.values().next();
    if (oldest.done !== true) known.delete(oldest.value);
  }
  return true;
}

async function loadKnown(deps: FindingsDeps): Promise<Set<string>> {
  const known = new Set<string>();
  try {
    for await (const entry of deps.state.readJournal('findings')) {
      const { finding, path, identity, action } = entry;
      if (action !== 'left' || typeof finding !== 'string' || typeof path !== 'string') continue;
      remember(known, keyOf(finding, path, typeof identity === 'string' ? identity : undefined));
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) deps.log.warn({ err: error }, 'the findings journal could not be read');
  }
  return known;
}

/** The same findings, and somebody hears of each as it is met, of those reported before too. */
export function alsoTold(findings: Findings, told: (finding: Finding) => void): Findings {
  return {
    ...findings,
    note(finding) {
      told(finding);
      findings.note(finding);
    },
    report(finding) {
      told(finding);
      return findings.report(finding);
    },
  };
}

/** Findings that leave no trace: neither in the journal, nor in the log, nor in the counters of a metric. */
export function createTrialFindings(told: (finding: Finding) => void): Findings {
  const met = new Map<FindingName, number>();
  const note = (finding: Finding): void => {
    met.set(finding.finding, (met.get(finding.finding) ?? 0) + 1);
    told(finding);
  };
  return {
    note,
    report: async (finding) => note(finding),
    met: (finding) => met.get(finding) ?? 0,
    counts: () => met,
  };
}
