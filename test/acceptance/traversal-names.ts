import { JSON_TYPE } from './access-people.ts';
import { bearer, type World } from './access-world.ts';
import { filePart, seeded, uploadParts } from './calls.ts';
import type { AccessFindings } from './idor.ts';
import { tinyPng } from './png.ts';
import type { Item } from './rig.ts';
import { SERVICE_TOKEN } from './rig.ts';
import { traversalTexts } from './traversal-texts.ts';

const FEWEST = 25;
const MOST = 400;

/**
 * Names that people give, where programs make files of them: in an archive, beside a download, in the folder of ComfyUI.
 * Each comes out as one plain name.
 */
export async function traversalNames(
  world: World,
  { cycles, seed }: { readonly cycles: number; readonly seed: number },
): Promise<AccessFindings> {
  const random = seeded(seed + 1);
  const texts = traversalTexts(world);
  const count = Math.min(MOST, Math.max(FEWEST, Math.floor(cycles / 200)));
  const breaches: string[] = [];
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const text = texts[Math.floor(random() * texts.length)] ?? '';
    const path = at % 3 === 0 ? '/api/v1/inputs/upload' : '/api/v1/images';
    const parts = [filePart(tinyPng(5_000 + at, 8), text.replaceAll(/[\r\n"]/g, '_'))];
    const answer = await uploadParts(world.url, { parts, path, owner: world.other.owner });
    if (answer.status !== 201) {
      const told = await answer.text();
      if (answer.status !== 400)
        breaches.push(`a file called ${JSON.stringify(text)}: ${answer.status} ${told}`);
      continue;
    }
    const item: Item = JSON.parse(await answer.text());
    breaches.push(...(await saved(world, item)));
    if (at % 3 === 0) breaches.push(...(await placed(world, item, text)));
    else ids.push(item.id);
  }
  const names = await archived(world, ids);
  breaches.push(...names.filter(isPath).map((name) => `in the archive: ${JSON.stringify(name)}`));
  if (names.length !== ids.length) breaches.push(`${names.length} names in an archive of ${ids.length}`);
  return { breaches, counts: { 'names of files': count } };
}

/** Anything but one name in one folder. */
function isPath(name: string): boolean {
  const control = [...name].some((character) => character < ' ' || character === '\u007f');
  return control || name === '' || Buffer.byteLength(name) > 255 || /^\.\.?$|[/\\]/.test(name);
}

async function saved({ url, other }: World, item: Item): Promise<string[]> {
  const answer = await fetch(`${url}${item.url}?download=1`, { headers: { cookie: other.cookie } });
  await answer.arrayBuffer();
  const header = answer.headers.get('content-disposition') ?? '';
  const plain = /filename="([^"]*)"/.exec(header)?.[1];
  const extended = /filename\*=UTF-8''([^;]*)/.exec(header)?.[1];
  const names = [plain, extended === undefined ? undefined : decodeURIComponent(extended)];
  const found = names.filter((name) => name !== undefined);
  if (found.length === 0) return [`a download has no name: ${answer.status} ${header}`];
  return found.filter(isPath).map((name) => `the name of a download: ${JSON.stringify(name)}`);
}

async function placed({ ask, other }: World, item: Item, text: string): Promise<string[]> {
  const answer = await ask({
    method: 'post',
    target: `/api/v1/inputs/${item.id}/place?owner=${other.owner}`,
    headers: { ...bearer(SERVICE_TOKEN), ...JSON_TYPE },
    body: JSON.stringify({ job_id: text.slice(0, 200) || 'j' }),
  });
  const body = answer.body.toString();
  if (answer.status !== 200) return answer.status === 400 ? [] : [`place: ${answer.status} ${body}`];
  const { name }: { name: string } = JSON.parse(body);
  return isPath(name) ? [`placed as ${JSON.stringify(name)}`] : [];
}

/** The names in the central directory (APPNOTE.TXT 4.3.12). */
async function archived({ ask, other }: World, ids: readonly string[]): Promise<string[]> {
  const answer = await ask({
    method: 'post',
    target: '/api/v1/images/zip',
    headers: { cookie: other.cookie, ...JSON_TYPE },
    body: JSON.stringify({ ids }),
  });
  const names: string[] = [];
  for (let at = answer.body.indexOf('PK\x01\x02', 0, 'latin1'); at !== -1; ) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => answer.body.readUInt16LE(at + offset));
    names.push(answer.body.toString('utf8', at + 46, at + 46 + (name ?? 0)));
    const next = at + 46 + (name ?? 0) + (extra ?? 0) + (comment ?? 0);
    at = answer.body.toString('latin1', next, next + 4) === 'PK\x01\x02' ? next : -1;
  }
  return names;
}
