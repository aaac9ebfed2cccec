import { isKirokuError } from '../../../src/domain/errors.ts';
import { dayFolder } from '../../../src/domain/key.ts';
import { writeAll } from '../../../src/storage/durable.ts';
import { randomBelow } from '../../support/random.ts';
import { type Act, isPicture } from './acts-pictures.ts';
import { UNSTOPPED } from './engine.ts';
import type { Fact } from './journal.ts';
import { pictureFact, SEARCH, SHARE, searchFact, shareFact } from './look.ts';
import { PICTURES, pictureAt, traitOf } from './pictures.ts';
import { MEMBERS } from './world.ts';

const isShared = ({ trait }: Fact): boolean => trait === SHARE;
const isSearch = ({ trait }: Fact): boolean => trait === SEARCH;
const idOf = ({ key }: Fact): string => key.slice(key.indexOf(' ') + 1);

const share: Act = async (world) => {
  const fact = world.pickIdle(({ at }) => at?.kind === 'generated' && at.status === 'active');
  if (fact?.at === undefined) return false;
  const asked = { ids: [fact.at.id], expiresIn: 86_400, name: `n${world.next()}` };
  const options = { thumbnailOnly: false, showPrompt: true, stripMetadata: false };
  return world.with(fact.owner, () =>
    world.journal.make(SHARE, async () => {
      const made = await world.machine.shares.create(fact.owner, { ...asked, ...options });
      world.journal.learn(shareFact(made.share));
    }),
  );
};

const revoke: Act = async (world) => {
  const fact = world.pickIdle((one) => isShared(one) && one.text.includes(' false '));
  if (fact === undefined) return false;
  const revoked = { ...fact, text: fact.text.replace(' false ', ' true ') };
  return world.with(fact.owner, () =>
    world.journal.change(fact.key, revoked, async () => {
      await world.machine.shares.revoke(fact.owner, idOf(fact));
      return revoked;
    }),
  );
};

const saveSearch: Act = async (world) => {
  const owner = world.pick([...MEMBERS, ...world.journal.idle().map((fact) => fact.owner)]);
  const asked = { name: `s${world.next()}`, query: { q: `q${world.next()}` } };
  return world.with(owner, () =>
    world.journal.make(SEARCH, async () => {
      world.journal.learn(searchFact(owner, await world.machine.searches.create(owner, asked)));
    }),
  );
};

const changeSearch: Act = async (world) => {
  const fact = world.pickIdle(isSearch);
  if (fact === undefined) return false;
  const { machine, journal } = world;
  const { owner, key } = fact;
  const query = { q: `q${world.next()}` };
  const changed = { ...fact, text: `${fact.text.split(' ')[0]} ${JSON.stringify(query)}` };
  return world.with(owner, async () => {
    if (world.random() < 0.7)
      await journal.change(key, changed, async () =>
        searchFact(owner, await machine.searches.change(owner, idOf(fact), { query })),
      );
    else
      await journal.change(key, 'gone', async () => {
        await machine.searches.remove(owner, idOf(fact));
        return 'gone';
      });
  });
};

const purge: Act = async (world) => {
  const inTrash = world.pickIdle(({ at }) => at?.status === 'trash');
  if (inTrash === undefined) return false;
  const { owner } = inTrash;
  const { machine, journal } = world;
  let went = false;
  const asked = await world.withAlone([owner], () => {
    const some = journal.purgeable(owner);
    return journal.remove(some, async () => {
      const plan = await machine.purge.plan({ owner, olderThanDays: 1e-9 });
      try {
        await machine.purge.apply(plan, { signal: UNSTOPPED, confirmed: true });
      } catch (error) {
        // one at a time: beside another owner's this one is refused, and everything is left
        if (!isKirokuError(error, 'job_running')) throw error;
      }
      const left = new Set<string>();
      for (const { key, at } of some) {
        if (at !== undefined && (await machine.engine.catalog.lookup(owner, at.id)) !== undefined)
          left.add(key);
      }
      went = left.size < some.length;
      return ({ key }) => !left.has(key);
    });
  });
  return asked && went;
};

const transfer: Act = async (world) => {
  const { machine, journal, guest: from } = world;
  const [to] = MEMBERS;
  if (!journal.idle().some((fact) => fact.owner === from && isPicture(fact))) return false;
  return world.withAlone([from, to], () =>
    journal.give({ from, to }, async () => {
      // whoever comes from now on is another guest
      world.given += 1;
      await machine.ownership.transfer(from, to, UNSTOPPED);
    }),
  );
};

/** Somebody else's program leaves a picture in a day folder; sometimes it is gone again before the disk has it. */
const drop: Act = async (world) => {
  const beside = world.pickIdle(isPicture);
  if (beside?.at === undefined) return false;
  const { machine, journal, random } = world;
  const { owner, at } = beside;
  const { storage, reconcile, engine } = machine;
  const name = `dropped-${world.next()}.png`;
  const folder = dayFolder(owner, at.kind, at.day);
  const picture = randomBelow(random, PICTURES.length);
  const trait = traitOf(picture);
  return world.with(owner, () =>
    journal.make(trait, async () => {
      const file = await storage.open(`${folder}/${name}`, 'create');
      await writeAll(file, pictureAt(picture), 0);
      if (random() < 0.7) {
        await file.sync();
        await storage.syncFolder(folder);
        journal.dropped.add(name);
      }
      await file.close();
      await reconcile.day({ owner, kind: at.kind, day: at.day }, { signal: UNSTOPPED });
      const query = { owner, kind: at.kind, status: 'active', order: 'newest', size: 200 } as const;
      const { entries } = await engine.catalog.list({ ...query, at: { page: 1 } });
      const taken = entries.find((entry) => entry.record().adopted_from?.name === name);
      if (taken === undefined) throw new Error(`${name} was not taken in`);
      journal.learn(pictureFact(taken));
      journal.dropped.delete(name);
    }),
  );
};

const rebuild: Act = async (world) => {
  const { owner } = world.pickIdle(isPicture) ?? {};
  if (owner === undefined) return false;
  return world.with(owner, () => world.machine.engine.rebuild(owner));
};

export const LIBRARY_ACTS = {
  'make a link': share,
  'revoke a link': revoke,
  'save a search': saveSearch,
  'change or remove a search': changeSearch,
  purge,
  'give a library away': transfer,
  'take in a dropped file': drop,
  'make a manifest again': rebuild,
} satisfies Record<string, Act>;
