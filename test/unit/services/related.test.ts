import { beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { createRelated } from '../../../src/services/related.ts';
import { idOf } from '../../support/ids.ts';
import { recordShelf } from '../../support/library.ts';
import { ANNA, BERT, failureOf, NOON } from '../../support/services.ts';

let catalog: Catalog;
let put: ReturnType<typeof recordShelf>;
beforeEach(() => {
  catalog = createMemoryCatalog({ now: () => NOON });
  put = recordShelf(catalog, ANNA, '2026-11-20T00:00:00.000Z');
});

const ids = (entries: readonly { readonly id: string }[]) => entries.map(({ id }) => id);

describe('lineage', () => {
  it('is seen from both ends, over every kind', async () => {
    const related = createRelated({ catalog });
    const input = await put({ kind: 'input' });
    const picture = await put({ parents: [{ kind: 'input', id: input, role: 'init' }] });
    const copy = await put({ kind: 'input', parents: [{ kind: 'generated', id: picture, role: 'copy' }] });
    const pose = await put({ kind: 'control', parents: [{ kind: 'generated', id: picture, role: 'pose' }] });

    const of = await related.of(ANNA, 'generated', picture);
    expect(of.parents).toMatchObject([{ kind: 'input', id: input, role: 'init', entry: { id: input } }]);
    expect([ids(of.children), of.childrenTotal]).toEqual([[pose, copy], 2]);
    expect(ids((await related.of(ANNA, 'input', input)).children)).toEqual([picture]);
    expect((await related.of(ANNA, 'control', pose)).children).toEqual([]);
  });

  it('shows nothing of other owners: their picture is as one that never was', async () => {
    const related = createRelated({ catalog });
    const theirs = idOf(900);
    await recordShelf(catalog, BERT, '2026-11-20T00:00:00.000Z')({ id: theirs });
    const never = idOf(901);
    const picture = await put({
      parents: [
        { kind: 'generated', id: theirs, role: 'init' },
        { kind: 'generated', id: never, role: 'init' },
      ],
    });
    const of = await related.of(ANNA, 'generated', picture);
    expect(of.parents.map(({ entry }) => entry)).toEqual([undefined, undefined]);
    expect((await related.of(BERT, 'generated', theirs)).children).toEqual([]);
    const failures = [
      related.of(BERT, 'generated', picture),
      related.of(ANNA, 'input', picture),
      related.of(ANNA, 'generated', never),
    ];
    for (const failure of await Promise.all(failures.map(failureOf)))
      expect(failure).toMatchObject({ code: 'not_found' });
  });

  it('gives the newest hundred children and counts them all', async () => {
    const input = await put({ kind: 'input' });
    const made = [];
    for (let index = 0; index < 105; index += 1) {
      made.push(await put({ parents: [{ kind: 'input', id: input, role: 'init' }] }));
    }
    // a driver may leave a search uncounted where nobody asks for the whole
    const honest: Catalog = {
      ...catalog,
      list: async (query) => {
        const page = await catalog.list(query);
        return query.exactTotal === true ? page : { ...page, total: 1, totalRelation: 'gte' };
      },
    };
    const of = await createRelated({ catalog: honest }).of(ANNA, 'input', input);
    expect([of.children.length, of.childrenTotal]).toEqual([100, 105]);
    expect(ids(of.children)).toEqual(made.slice(5).reverse());
  });
});

describe('whether a picture is referenced', () => {
  it('is so by an active or trashed picture of the same owner, of any kind', async () => {
    const { isReferenced } = createRelated({ catalog });
    const [one, two, three] = [
      await put({ kind: 'input' }),
      await put({ kind: 'input' }),
      await put({ kind: 'input' }),
    ];
    await put({ parents: [{ kind: 'input', id: one, role: 'init' }] });
    const trashed = await put({
      kind: 'control',
      status: 'trash',
      parents: [{ kind: 'input', id: two, role: 'init' }],
    });
    await recordShelf(
      catalog,
      BERT,
      '2026-11-20T00:00:00.000Z',
    )({ parents: [{ kind: 'input', id: three, role: 'init' }] });
    expect(await Promise.all([one, two, three].map((id) => isReferenced(ANNA, id)))).toEqual([
      true,
      true,
      false,
    ]);

    await catalog.commit(ANNA, { op: 'purge', kind: 'control', id: trashed });
    expect(await isReferenced(ANNA, two)).toBe(false);
    expect(await isReferenced(ANNA, idOf(999))).toBe(false);
  });
});

describe('a recipe', () => {
  it('is compared over active pictures of the same kind, and the picture itself', async () => {
    const related = createRelated({ catalog });
    const recipe = { prompt: 'a cat', steps: 20 };
    const first = await put({ ...recipe, seed: '1' });
    const second = await put({ ...recipe, seed: '2' });
    await put({ ...recipe, seed: '3', status: 'trash' });
    await put({ ...recipe, seed: '4', kind: 'input' });
    await put({ ...recipe, seed: '5', prompt: 'a dog' });
    const of = await related.of(ANNA, 'generated', first);
    expect(of.recipe).toMatch(/^[0-9a-f]{16}$/);
    expect(ids(of.stack?.members ?? [])).toEqual([second, first]);
    expect([of.truncated, of.grid]).toEqual([false, undefined]);

    const trashed = await related.of(ANNA, 'generated', idOf(3));
    expect(ids(trashed.stack?.members ?? [])).toEqual([idOf(3), second, first]);
  });

  it('is none where no prompt is known', async () => {
    const picture = await put({ seed: '1' });
    await put({ seed: '2' });
    const of = await createRelated({ catalog }).of(ANNA, 'generated', picture);
    expect([of.recipe, of.stack, of.varying]).toEqual([undefined, undefined, []]);
  });

  it('says so when only its newest five hundred were compared, the picture among them', async () => {
    const oldest = await put({ prompt: 'a cat', seed: '0' });
    for (let seed = 1; seed <= 501; seed += 1) await put({ prompt: 'a cat', seed: String(seed) });
    const of = await createRelated({ catalog }).of(ANNA, 'generated', oldest);
    expect(of.truncated).toBe(true);
    expect(of.stack?.members).toHaveLength(501);
    expect(of.stack?.members.at(-1)?.id).toBe(oldest);
  });
});
