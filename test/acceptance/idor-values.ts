import type { Holder } from './access-people.ts';
import type { Position } from './access-positions.ts';

/** Which texts of a holder's somebody else could put where. */
type Values = (holder: Holder, operation: string) => readonly string[];

const word: Values = ({ word }) => [word];
const owner: Values = ({ owner }) => [owner];
const pictures: Values = ({ images, inputs, controls, trashed }) => [images, inputs, controls, trashed];

/** A secret with its last characters exchanged: who has the whole one may use it. */
const nearly = (secret: string) => `${secret.slice(0, -2)}${secret.endsWith('00') ? '11' : '00'}`;

const VALUES: Readonly<Record<string, Values>> = {
  'path id': (holder, operation) => (operation.includes('/users/{id}') ? owner : pictures)(holder, operation),
  'path sid': (holder, operation) => (operation.includes('/searches/') ? [holder.search] : [holder.sid]),
  // a link's token opens it for everybody; a download's is the owner's alone
  'path token': ({ download, token }, operation) => [
    operation.includes('/downloads/') ? download : nearly(token),
  ],
  'path key': ({ key, thumb }) => [key, thumb],
  'path job_id': word,
  'query owner': owner,
  'query user_id': owner,
  'query q': ({ word, images, recipe, owner }) => [word, `parent:${images}`, `recipe:${recipe}`, owner],
  'query tag': word,
  'query lora': word,
  'query workflow': word,
  'query model': word,
  'query generator': word,
  'query cursor': ({ cursor }) => [cursor],
  'header x-user-id': owner,
  'header idempotency-key': ({ word }) => [`${word}-0`],
  'header last-event-id': ({ etag }) => [/^"([0-9a-f]+-\d+)/.exec(etag)?.[1] ?? ''],
  'header if-none-match': ({ etag, fileEtag }) => [etag, fileEtag],
  'json ids': pictures,
  'json id': pictures,
  'json job_id': word,
  'json user_id': owner,
  'json to': owner,
  'json code': ({ code }) => [nearly(code)],
  'json name': word,
  'json tags': word,
  'json query.q': ({ word, images }) => [word, `parent:${images}`],
  'json query.tag': word,
  'json query.lora': word,
  'json query.workflow': word,
  'json query.model': word,
  'json query.generator': word,
  'part owner': owner,
  'part parents': pictures,
  'part filename': word,
};

/** Where nothing stands that is anybody's: words of the wire's own, numbers, times. */
const NOBODYS = new Set([
  ...['name', 'page', 'file'].map((name) => `path ${name}`),
  ...['dedupe', 'ratio', 'favorite', 'status', 'from', 'to', 'tz', 'page', 'size', 'order', 'total', 'most'],
  ...['varies', 'x', 'y', 'format', 'link', 'include', 'from_date', 'to_date', 'sort', 'older_than_days'],
  ...['dry_run', 'v', 'download', 'strip'],
]);
const NOBODYS_IN_BODIES =
  /^(json (action|source|policy|depth|quarantine|from|ticket|query\.(ratio|favorite|status|from|to|tz|order))|part meta)$/;

/** Undefined for a position that nobody has thought of: then the proof is not whole. */
export function valuesAt(
  operation: string,
  { where, name }: Position,
  holder: Holder,
): readonly string[] | undefined {
  const values = VALUES[`${where} ${name}`];
  if (values !== undefined) return values(holder, operation);
  const known = where === 'query' ? NOBODYS.has(name) : NOBODYS.has(`${where} ${name}`);
  return known || NOBODYS_IN_BODIES.test(`${where} ${name}`) ? [] : undefined;
}

/** What may be said beside what the document names. */
export function morePositions(operation: string): readonly Position[] {
  const named: Position = { where: 'header', name: 'x-user-id' };
  return operation.startsWith('get ') ? [named, { where: 'header', name: 'if-none-match' }] : [named];
}

/** Somebody who has the same things as this one, but never was. */
export function ghostOf(holder: Holder): Holder {
  const other = (text: string) =>
    text.replace(/[0-9a-z](?=[^0-9a-z]*$)/, (last) => (last === '7' ? '8' : '7'));
  const id = (text: string) => other(text);
  const mac = (text: string) => `${text.slice(0, -9)}${text.slice(-9).split('').reverse().join('')}`;
  return {
    ...holder,
    owner: other(holder.owner),
    word: 'neverwasanyword',
    ...{ images: id(holder.images), inputs: id(holder.inputs), controls: id(holder.controls) },
    ...{ trashed: id(holder.trashed), sid: id(holder.sid), search: id(holder.search) },
    key: holder.key.replace(holder.images, id(holder.images)),
    thumb: holder.thumb.replace(holder.images, id(holder.images)),
    ...{ token: mac(holder.token), download: other(holder.download), code: mac(holder.code) },
    ...{
      etag: holder.etag.replace(/[0-9a-f]/, (x) => (x === '1' ? '2' : '1')),
      recipe: other(holder.recipe),
    },
    fileEtag: holder.fileEtag.replace(/[0-9a-f]/, (x) => (x === '1' ? '2' : '1')),
  };
}
