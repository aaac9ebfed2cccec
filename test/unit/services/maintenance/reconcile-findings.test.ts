import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/domain/json.ts';
import type { Log } from '../../../../src/domain/log.ts';
import { createFindings } from '../../../../src/services/maintenance/reconcile-findings.ts';
import { createMemoryStateStore } from '../../../../src/state/memory-state-store.ts';
import type { StateStore } from '../../../../src/state/state-store.ts';

const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const LEFT = { finding: 'foreign_entry', action: 'left', path: 'users/a/2026/11/21/x\n.png' } as const;

function recording(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const note = (_fields: object, message: string) => {
    lines.push(message);
  };
  return { lines, log: { debug: note, info: note, warn: note, error: note } };
}

async function journalOf(state: StateStore): Promise<JsonObject[]> {
  const entries: JsonObject[] = [];
  for await (const entry of state.readJournal('findings')) entries.push(entry);
  return entries;
}

describe('findings', () => {
  it('tell of what was left alone once, restarts included, and again when it is another thing', async () => {
    const state = createMemoryStateStore();
    const { log, lines } = recording();
    const now = () => NOW;
    const findings = createFindings({ state, log, now });
    await findings.report(LEFT);
    await findings.report(LEFT);
    await findings.report({ ...LEFT, identity: '7:1:2' });
    const later = createFindings({ state, log, now });
    await later.report(LEFT);
    await later.report({ ...LEFT, path: 'users/b' });
    expect(lines).toHaveLength(3);
    const entries = await journalOf(state);
    expect(entries[0]).toEqual({ t: '2026-11-21T12:00:00.000Z', ...LEFT });
    expect(entries).toHaveLength(3);
    expect(Object.fromEntries(findings.counts())).toEqual({ foreign_entry: 2 });
    expect(findings.met('foreign_entry')).toBe(3);
  });

  it('tell of what was done every time', async () => {
    const state = createMemoryStateStore();
    const { log, lines } = recording();
    const findings = createFindings({ state, log, now: () => NOW });
    const done = { finding: 'sidecar_missing', action: 'rewritten', path: 'users/a' } as const;
    await findings.report(done);
    await findings.report(done);
    expect(lines).toHaveLength(2);
    expect(findings.counts().get('sidecar_missing')).toBe(2);
  });

  it('never fail, whatever the journal does', async () => {
    const broken = {
      ...createMemoryStateStore(),
      append: () => Promise.reject(new Error('ENOSPC')),
      readJournal: () => {
        throw new Error('EIO');
      },
    };
    const { log, lines } = recording();
    const findings = createFindings({ state: broken, log, now: () => NOW });
    await findings.report(LEFT);
    await findings.report(LEFT);
    expect(findings.counts().get('foreign_entry')).toBe(1);
    expect(lines.some((line) => line.includes('journal'))).toBe(true);
  });
});
