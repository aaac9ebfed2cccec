// `npm run build`: installs what is missing and builds the gallery's pages into web/dist.
import { ensureInstalled } from './lib/install.mjs';
import { requireBootstrapNode, requireNode } from './lib/node.mjs';
import { ensurePages } from './lib/pages.mjs';

requireBootstrapNode();
await ensureInstalled({ dev: true });
process.exitCode = (await ensurePages(requireNode())) ? 0 : 1;
