// `npm run demo`: installs what is missing, then a gallery full of pictures (scripts/dev/demo.ts).
import { ensureInstalled } from './lib/install.mjs';
import { requireBootstrapNode, requireNode } from './lib/node.mjs';
import { NODE_FLAGS } from './lib/node-flags.mjs';
import { endLike, runNode } from './lib/run.mjs';

requireBootstrapNode();
await ensureInstalled({ dev: true });
endLike(await runNode(requireNode(), [...NODE_FLAGS, 'scripts/dev/demo.ts', ...process.argv.slice(2)]));
