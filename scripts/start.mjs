// `npm start`: installs what is missing, builds the gallery's pages when their sources changed, then runs the server on a Node that reads its sources as they are.
import { ensureInstalled } from './lib/install.mjs';
import { requireBootstrapNode, requireNode } from './lib/node.mjs';
import { COMPILE_CACHE, NODE_FLAGS } from './lib/node-flags.mjs';
import { ensurePages } from './lib/pages.mjs';
import { endLike, runNode } from './lib/run.mjs';

requireBootstrapNode();
await ensureInstalled({ dev: process.env.NODE_ENV !== 'production' });
const node = requireNode();
// pictures are kept and served without the pages too
await ensurePages(node);
const args = [...NODE_FLAGS, 'src/main.ts', ...process.argv.slice(2)];
const env = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE };
endLike(await runNode(node, args, { env }));
