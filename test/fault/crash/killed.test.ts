import { describe, expect, it } from 'vitest';
import type { PictureId } from '../../../src/domain/id.ts';
import { seededRandom } from '../../support/random.ts';
import { createCrashStorage } from '../../support/storage/crash-storage.ts';
import { CHANGING_CALLS, createFaultStorage } from '../../support/storage/fault-storage.ts';
import { send } from './acts-pictures.ts';
import { type Machine, startMachine } from './engine.ts';
import { lookAtAll } from './look.ts';
import { bytesFrom } from './recovery.ts';
import { MEMBERS } from './world.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600_000;
const [owner] = MEMBERS;
const RULES = { snapshots: false, compaction: false };
const random = seededRandom(1);

const CASES: readonly [string, (machine: Machine, id: PictureId, sid: string) => Promise<unknown>][] = [
  ['a link revoked again', ({ shares }, _, sid) => shares.revoke(owner, sid)],
  ['a picture thrown away again', ({ trash }, id) => trash.trash(owner, 'generated', id)],
];

describe('what is asked for again after a kill, and answered', () => {
  it.each(CASES)('is not taken back by a power cut: %s', async (_, ask) => {
    for (let at = 1, hit = true; hit; at++) {
      let now = NOW;
      const disk = createCrashStorage({ now: () => (now += 7) });
      const before = await startMachine(disk, bytesFrom(random), RULES);
      const { entry } = await send(before, 0, { owner, kind: 'generated', prompt: '' });
      const asked = { ids: [entry.id], expiresIn: 86_400, name: 'n' };
      const options = { thumbnailOnly: false, showPrompt: true, stripMetadata: false };
      const { share } = await before.shares.create(owner, { ...asked, ...options });
      await before.engine.close();
      // what was made is not in the time that a start looks at again
      now += HOUR;
      const killed = createFaultStorage(disk);
      const first = await startMachine(killed, bytesFrom(random), RULES);
      killed.arm({ at, only: CHANGING_CALLS, fault: { kill: true } });
      await ask(first, entry.id, share.sid).catch(() => undefined);
      hit = killed.hit();
      // gives the lock back, and can do nothing else
      if (!hit) killed.arm({ at: 1, only: CHANGING_CALLS, fault: { kill: true } });
      await first.engine.close().catch(() => undefined);

      const next = await startMachine(disk, bytesFrom(random), RULES);
      await ask(next, entry.id, share.sid);
      const { facts } = await lookAtAll(next);
      for (let seed = 0; seed < 10; seed++) {
        const left = await startMachine(disk.crash(seededRandom(seed)), bytesFrom(random), RULES);
        expect((await lookAtAll(left)).facts, `call ${at}, seed ${seed}`).toEqual(facts);
        await left.engine.close();
      }
      await next.engine.close();
    }
  });
});
