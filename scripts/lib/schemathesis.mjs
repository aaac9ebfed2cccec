// Plain JavaScript without dependencies: this must run on Node 20, before anything is installed.
import { spawnSync } from 'node:child_process';

/** The major version whose options scripts/dev/proof/schemathesis.ts speaks. */
const MAJOR = '4';
const ASK = 'import schemathesis; print(schemathesis.__version__)';

/** Which schemathesis this machine's Python has; undefined without Python, without one, and where its options are others. */
export function schemathesisHere() {
  const { status, stdout } = spawnSync('python3', ['-c', ASK], { encoding: 'utf8' });
  const version = status === 0 ? stdout.trim() : '';
  return version.startsWith(`${MAJOR}.`) ? version : undefined;
}
