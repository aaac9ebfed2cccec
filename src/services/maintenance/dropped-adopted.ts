import { startOfDay } from '../../domain/day.ts';
import { STATUSES } from '../../domain/kind.ts';
import type { AdoptedFrom } from '../../domain/record.ts';
import { everyEntry } from './reconcile-entries.ts';
import type { FolderMemory } from './reconcile-memory.ts';
import type { DayPlace, LookContext } from './reconcile-types.ts';

const DAY_MS = 86_400_000;

/** One text for the four things that make a dropped file the same one. */
export function adoptionKey(from: AdoptedFrom): string {
  return JSON.stringify([from.name, from.inode, from.size, from.mtime]);
}

/**
 * The dropped files of a folder that already became pictures, by `adoptionKey`. Read from the day's records once:
 * after that, this process is the only one that adopts.
 */
export function adoptedFiles(
  context: LookContext,
  memory: FolderMemory,
  place: DayPlace,
): Promise<Map<string, string>> {
  memory.adopted ??= readAdopted(context, place).catch((error: unknown) => {
    memory.adopted = undefined;
    throw error;
  });
  return memory.adopted;
}

async function readAdopted(context: LookContext, place: DayPlace): Promise<Map<string, string>> {
  const adopted = new Map<string, string>();
  const { owner, kind } = place;
  const from = startOfDay(place.day);
  for (const status of STATUSES) {
    for await (const entry of everyEntry(context.catalog, { owner, kind, status, from, to: from + DAY_MS })) {
      const source = entry.record().adopted_from;
      if (source !== undefined) adopted.set(adoptionKey(source), entry.id);
    }
  }
  return adopted;
}
