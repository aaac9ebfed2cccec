#!/usr/bin/env node
// `npx kiroku`: the operator commands on a Node that reads their sources as they are.
import { ROOT, requireBootstrapNode, requireNode } from './lib/node.mjs';
import { NODE_FLAGS } from './lib/node-flags.mjs';
import { endLike, runNode } from './lib/run.mjs';

requireBootstrapNode();
const args = [...NODE_FLAGS, `${ROOT}/scripts/kiroku.ts`, ...process.argv.slice(2)];
// where the operator stands: folders that a flag names are relative to it
endLike(await runNode(requireNode(), args, { cwd: process.cwd() }));
