import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/day.ts';
import { dayFolder } from '../../../src/domain/key.ts';
import { writeAll } from '../../../src/storage/durable.ts';
import { seededRandom } from '../../support/random.ts';
import { createCrashStorage } from '../../support/storage/crash-storage.ts';
import { send } from './acts-pictures.ts';
import { startMachine } from './engine.ts';
import { pictureAt } from './pictures.ts';
import { bytesFrom } from './recovery.ts';
import { MEMBERS } from './world.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const [owner] = MEMBERS;

/** Found by histories 600094 and 600097: its picture had been given away meanwhile, and was taken in once more. */
describe('a dropped file that was taken in', () => {
  it('does not come back after a power cut', async () => {
    const disk = createCrashStorage({ now: () => NOW });
    const random = seededRandom(1);
    const machine = await startMachine(disk, bytesFrom(random), { snapshots: false, compaction: false });
    await send(machine, 0, { owner, kind: 'generated', prompt: '' });
    const place = { owner, kind: 'generated', day: dayOf(NOW) } as const;
    const folder = dayFolder(owner, 'generated', place.day);
    const file = await disk.open(`${folder}/dropped.png`, 'create');
    await writeAll(file, pictureAt(1), 0);
    await file.sync();
    await file.close();
    await disk.syncFolder(folder);
    expect(await machine.reconcile.day(place)).toMatchObject({ adopted: 1 });
    const left = Array.from({ length: 20 }, () => disk.crash(random).contents());
    expect(left.filter((contents) => contents.has(`${folder}/dropped.png`))).toEqual([]);
    await machine.engine.close();
  });
});
