import { KirokuError } from '../../src/domain/errors.ts';
import { isPictureId } from '../../src/domain/id.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { type Command, EXIT, ownerOf, UsageError } from '../lib/cli.ts';
import { onUpkeep } from '../lib/upkeep.ts';

export const why: Command = {
  name: 'why',
  synopsis: 'PICTURE [--owner ID]',
  summary: 'Everything that is known about one picture, and which job touches it next.',
  details: '  --owner ID   whose it is: without, every owner is asked, which takes long on a large tree\n',
  options: { owner: { type: 'string' } },
  words: 1,
  async run(context) {
    const id = context.words[0] ?? '';
    if (!isPictureId(id)) throw new UsageError(`"${id}" is the id of no picture.`);
    const { owner } = ownerOf(context.values);
    const facts = await onUpkeep(context, {
      async local({ maintenance }) {
        const found = await maintenance.why(id, owner);
        if (found === undefined) throw new KirokuError('not_found', 'There is no such picture.');
        return found;
      },
      remote: (server) =>
        server.get(`/api/v1/admin/why/${id}${owner === undefined ? '' : `?user_id=${owner}`}`),
    });
    context.print(facts, factsText(facts));
    return Array.isArray(facts['damage']) && facts['damage'].length > 0 ? EXIT.found : EXIT.done;
  },
};

function factsText({ files, record, ...facts }: JsonObject): string {
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${shown(value)}\n`);
  const found = (Array.isArray(files) ? files : [])
    .filter(isJsonObject)
    .map(
      ({ role, key, bytes, modified }) =>
        `${role}: ${key}, ${bytes === null ? 'missing' : `${bytes} bytes, ${modified}`}\n`,
    );
  return `${lines.join('')}${found.join('')}record: ${JSON.stringify(record, null, 2)}\n`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return value === null ? 'none' : String(value);
}
