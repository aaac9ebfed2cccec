import { describe, expect, it } from 'vitest';
import { mismatches, type OpenApi } from '../acceptance/fuzz-schema.ts';
import { jsonOf, useApp } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();
const png = await pngPicture({ width: 8, height: 8, seed: 11 });

function upload(fields: Readonly<Record<string, string>>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'a.png');
  return app.service('anna', '/api/v1/images', { method: 'POST', body: form });
}

describe('the fields beside a file', () => {
  it('hold all that a record may: both prompts at their longest, written as escapes', async () => {
    const prompt = 'ㄱ'.repeat(Math.floor((64 * 1024) / 3));
    const escaped = prompt.replaceAll('ㄱ', '\\u3131');
    const meta = `{"prompt":"${escaped}","negative_prompt":"${escaped}"}`;
    const answer = await upload({ meta });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toMatchObject({ meta: { prompt, negative_prompt: prompt } });
  });

  it('may describe LoRAs in any way: they are kept so, and the document says so', async () => {
    const loras = [
      { name: 'ink', weight: null },
      { name: 7, weight: '0.8' },
      { name: ['a'], trigger: {} },
      {},
    ];
    const answer = await upload({ meta: JSON.stringify({ loras }) });
    const uploaded: unknown = await answer.json();
    expect([answer.status, uploaded]).toMatchObject([201, { meta: { loras } }]);
    const document = await jsonOf<OpenApi>(app.call('/openapi.json'));
    const schema =
      document.paths['/api/v1/images']?.['post']?.responses['201']?.content?.['application/json']?.schema;
    if (schema === undefined) throw new Error('the document has no answer to an upload');
    expect(mismatches(document, schema, uploaded)).toEqual([]);
  });

  it.each([
    ['one', { meta: 'x'.repeat(600_000) }],
    ['all together', Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`f${n}`, 'x'.repeat(200_000)]))],
  ])('are bounded: %s', async (_name, fields) => {
    const answer = await upload(fields);
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'payload_too_large' }]);
  });
});
