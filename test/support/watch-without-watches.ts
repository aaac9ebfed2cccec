import { readFile } from 'node:fs/promises';
import { dayOf } from '../../src/domain/day.ts';
import { dayFolder } from '../../src/domain/key.ts';
import { dropInto, eventually } from './drop.ts';
import { openRig, ownerNamed } from './reconcile-rig.ts';

/** Run by a test under a lowered limit of watches: `<tree> <picture>`; prints what came of it as JSON. */
const [root = '', picture = ''] = process.argv.slice(2);
const alice = ownerNamed('alice');
const folder = `${root}/${dayFolder(alice, 'generated', dayOf(Date.now()))}`;
const rig = await openRig(root);
const watcher = rig.watcher({ pollMs: 100 });
await dropInto(folder, 'before.txt', Buffer.from('here already'));
await watcher.start(new AbortController().signal);
await eventually('polling', () => watcher.state().mode === 'polling');
await dropInto(folder, 'dropped.png', await readFile(picture));
await eventually('the picture is listed', async () => (await rig.all(alice)).length === 1);
const { mode, degraded } = watcher.state();
const listed = (await rig.all(alice)).length;
process.stdout.write(JSON.stringify({ mode, degraded: degraded !== undefined, listed }));
await watcher.stop();
await rig.close();
