import { audited } from '../lib/audited.ts';
import { type Command, EXIT, ownerOf } from '../lib/cli.ts';
import { onUpkeep, userId } from '../lib/upkeep.ts';

export const thumbnails: Command = {
  name: 'thumbnails',
  synopsis: '[--owner ID] [--all]',
  summary: 'Makes missing and broken thumbnails again from their originals.',
  details:
    '  --all        also those that are there and whole: after THUMB_SIZE was changed\n  --owner ID   this owner only\n',
  options: { owner: { type: 'string' }, all: { type: 'boolean' } },
  async run(context) {
    const of = ownerOf(context.values);
    const all = context.values['all'] === true;
    const { signal, dryRun } = context;
    const result = await onUpkeep(context, {
      async local({ maintenance }, engine) {
        if (!dryRun) await audited(engine, 'thumbnails', of.owner, { all });
        const progress = (done: number): void => context.progress.tell(done);
        return { ...(await maintenance.thumbnails({ ...of, all, dryRun, signal, progress })) };
      },
      remote: (server) => server.work('/api/v1/admin/thumbnails', { ...userId(of), all, dry_run: dryRun }),
    });
    const { pictures, wanted, made, hopeless, failed } = result;
    context.print(
      result,
      `${pictures} pictures, ${wanted} thumbnails to make${dryRun ? '' : `, ${made} made, ${hopeless} cannot be made, ${failed} failed`}\n`,
    );
    return hopeless === 0 && failed === 0 ? EXIT.done : EXIT.found;
  },
};
