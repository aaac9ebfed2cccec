#!/usr/bin/env node
// `npx kiroku`: the operator commands on a Node that reads their sources as they are.
import { requireBootstrapNode, requireNode } from './lib/node.mjs';
import { NODE_FLAGS } from './lib/node-flags.mjs';
import { endLike, runNode } from './lib/run.mjs';

requireBootstrapNode();
endLike(await runNode(requireNode(), [...NODE_FLAGS, 'scripts/kiroku.ts', ...process.argv.slice(2)]));
