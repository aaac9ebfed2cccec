import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { isOwner } from '../../src/domain/owner.ts';
import { useApp } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();
const SECRET = 'prompt with a key in it';

/** A PNG with a text chunk, as generators write it. */
async function picture(): Promise<Buffer> {
  const bytes = Buffer.from(await pngPicture({ width: 16, height: 16, seed: 3 }));
  const data = Buffer.from(`parameters\0${SECRET}`, 'latin1');
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('tEXt', 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)]);
}

it('an original is given without what was embedded in it, to its owner alone, and stays as it is', async () => {
  const browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const original = await picture();
  const { entry } = await app.services.add(original, { owner: browser.owner, filename: 'mine.png' });
  const url = `/outputs/users/${browser.owner}/${entry.day}/${entry.id}.png`;
  const clean = await browser.call(`${url}?strip=1`);
  expect(clean.status).toBe(200);
  expect(clean.headers.get('content-type')).toBe('image/png');
  expect(clean.headers.get('content-disposition')).toMatch(/^attachment; filename="mine\.png"/);
  const bytes = Buffer.from(await clean.arrayBuffer());
  expect(bytes.includes(SECRET)).toBe(false);
  expect(bytes.length).toBe(original.length - SECRET.length - 'parameters\0'.length - 12);
  expect((await browser.call(`${url}?strip=1`, { method: 'HEAD' })).status).toBe(200);
  expect(Buffer.from(await (await browser.call(url)).arrayBuffer()).equals(original)).toBe(true);
  expect((await (await app.browser()).call(`${url}?strip=1`)).status).toBe(404);
});

it('whoever asks for it in other words gets a clean copy or a refusal, never the original', async () => {
  const browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  const { entry } = await app.services.add(await picture(), { owner: browser.owner, filename: 'mine.png' });
  const url = `/outputs/users/${browser.owner}/${entry.day}/${entry.id}.png`;
  for (const words of ['strip=true', 'download=1&strip=1', '%73trip=1', 'download=true&strip=true']) {
    const answer = await browser.call(`${url}?${words}`);
    expect([words, answer.status]).toEqual([words, 200]);
    expect(Buffer.from(await answer.arrayBuffer()).includes(SECRET)).toBe(false);
  }
  for (const words of ['strip', 'strip=', 'strip=yes', 'strip=10', 'strip=0&strip=1', 'download=yes']) {
    const answer = await browser.call(`${url}?${words}`);
    expect([words, answer.status]).toEqual([words, 400]);
    expect(await answer.json()).toMatchObject({ code: 'invalid_parameter', field: words.split('=')[0] });
  }
  for (const words of ['strip=0', 'strip=false', 'download=0', 'nostrip=1', 'v=strip=1']) {
    const answer = await browser.call(`${url}?${words}`);
    expect(answer.headers.get('content-disposition')).toBe('inline');
    expect(Buffer.from(await answer.arrayBuffer()).includes(SECRET)).toBe(true);
  }
  const named = await browser.call(`${url}?download=true`);
  expect(named.headers.get('content-disposition')).toMatch(/^attachment/);
});
