// `npm start`: installs what is missing, then runs the server on a Node that reads its sources as they are.
import { ensureInstalled } from './lib/install.mjs';
import { requireBootstrapNode, requireNode } from './lib/node.mjs';
import { COMPILE_CACHE, NODE_FLAGS } from './lib/node-flags.mjs';
import { endLike, runNode } from './lib/run.mjs';

requireBootstrapNode();
await ensureInstalled({ dev: process.env.NODE_ENV !== 'production' });
const args = [...NODE_FLAGS, 'src/main.ts', ...process.argv.slice(2)];
const env = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? COMPILE_CACHE };
endLike(await runNode(requireNode(), args, { env }));
