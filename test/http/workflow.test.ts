import { beforeAll, describe, expect, it } from 'vitest';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { type Browser, jsonOf, useApp } from '../support/app.ts';
import { idOf } from '../support/ids.ts';
import { pngTexts } from '../support/metadata/containers.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();
const WORKFLOW = { nodes: [{ id: 3, type: 'KSampler', title: '표본 추출' }], links: [], version: 0.4 };
const PROMPT = { '3': { class_type: 'KSampler', inputs: { seed: 5 } } };

let browser: Browser;
let both: string;
let api: string;
let none: string;

beforeAll(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const { owner } = browser;
  const add = async (bytes: Uint8Array, of: Owner = owner) =>
    (await app.services.add(bytes, { owner: of })).entry.id;
  const [workflow, prompt] = [JSON.stringify(WORKFLOW), JSON.stringify(PROMPT)];
  both = await add(await pngTexts({ workflow, prompt }));
  api = await add(await pngTexts({ prompt }));
  none = await add(await pngPicture({ width: 8, height: 8, seed: 1 }));
});

const get = (id: string, query = '') => browser.call(`/api/v1/images/${id}/workflow${query}`);

describe('GET /{family}/{id}/workflow', () => {
  it('gives the editor’s graph as a file to save, kept by no cache', async () => {
    const answer = await get(both);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="${both}-workflow.json"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(await jsonOf(answer)).toEqual(WORKFLOW);
  });

  it.each([
    ['?format=workflow', WORKFLOW, 'workflow'],
    ['?format=prompt', PROMPT, 'prompt'],
  ])('gives the one that is asked for: %s', async (query, graph, name) => {
    const answer = await get(both, query);
    expect(answer.headers.get('content-disposition')).toContain(`${both}-${name}.json`);
    expect(await jsonOf(answer)).toEqual(graph);
  });

  it('gives what there is where none is asked for', async () => {
    const answer = await get(api);
    expect(answer.headers.get('content-disposition')).toContain(`${api}-prompt.json`);
    expect(await jsonOf(answer)).toEqual(PROMPT);
  });

  it('answers 404 where there is none, in other words than for a picture that is not there', async () => {
    const details = new Map<string, string>();
    for (const [name, answer] of [
      ['none', await get(none)],
      ['not this one', await get(api, '?format=workflow')],
      ['no picture', await get(idOf(999))],
      ['no id', await get('nonsense')],
      ['another kind', await browser.call(`/api/v1/inputs/${both}/workflow`)],
    ] as const) {
      expect(answer.status, name).toBe(404);
      const { code, detail } = await jsonOf<{ code: string; detail: string }>(answer);
      expect(code).toBe('not_found');
      details.set(name, detail);
    }
    expect(details.get('none')).toBe(details.get('not this one'));
    expect(details.get('none')).not.toBe(details.get('no picture'));
    expect(new Set([details.get('no picture'), details.get('no id'), details.get('another kind')]).size).toBe(
      1,
    );
  });

  it('refuses a format that is none', async () => {
    const answer = await get(both, '?format=yaml');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_parameter', field: 'format' });
  });
});
