import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.ts';
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

  it.each([
    ['one', { meta: 'x'.repeat(600_000) }],
    ['all together', Object.fromEntries(Array.from({ length: 4 }, (_, n) => [`f${n}`, 'x'.repeat(200_000)]))],
  ])('are bounded: %s', async (_name, fields) => {
    const answer = await upload(fields);
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'payload_too_large' }]);
  });
});
