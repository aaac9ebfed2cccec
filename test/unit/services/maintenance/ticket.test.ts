import { describe, expect, it } from 'vitest';
import { createTickets } from '../../../../src/services/maintenance/ticket.ts';
import { createFolderSync } from '../../../../src/storage/durable.ts';
import { createMemoryStorage } from '../../../../src/storage/memory-storage.ts';
import { countingRandom } from '../../../support/services.ts';

async function rig() {
  const clock = { now: 1_000_000 };
  const storage = createMemoryStorage({ now: () => clock.now });
  await storage.makeFolder('.kiroku');
  const tickets = createTickets({ storage, folders: createFolderSync(storage), random: countingRandom() });
  return { clock, storage, tickets };
}

const NONE = { code: 'not_found' };

describe('a ticket', () => {
  it('gives the path of who could write into the tree, once', async () => {
    const { tickets, storage } = await rig();
    const ticket = await tickets.issue('/backups/of the tree');
    expect(ticket).toMatch(/^[0-9a-f]{32}$/);
    expect(await tickets.redeem(ticket)).toBe('/backups/of the tree');
    await expect(tickets.redeem(ticket)).rejects.toMatchObject(NONE);
    expect(await storage.readFolder('.kiroku/tickets')).toEqual([]);
  });

  it('is good for a minute, and gone with the next one', async () => {
    const { clock, storage, tickets } = await rig();
    const [late, never] = [await tickets.issue('/a'), await tickets.issue('/b')];
    clock.now += 60_001;
    await expect(tickets.redeem(late)).rejects.toMatchObject(NONE);
    const fresh = await tickets.issue('/c');
    expect((await storage.readFolder('.kiroku/tickets')).map(({ name }) => name)).toEqual([fresh]);
    await expect(tickets.redeem(never)).rejects.toMatchObject(NONE);
  });

  it('is none that was not issued, whatever it is called', async () => {
    const { storage, tickets } = await rig();
    await tickets.issue('/a');
    await storage.makeFolder(`.kiroku/tickets/${'a'.repeat(32)}`);
    const others = ['', '..', '../secrets.json', '../volume', 'a'.repeat(32), 'A'.repeat(32), 'a\0'];
    for (const other of others) await expect(tickets.redeem(other), other).rejects.toMatchObject(NONE);
  });
});
