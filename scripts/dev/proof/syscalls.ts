import { runSyscalls } from '../../../test/fault/syscalls.ts';
import type { ProofPart } from '../proof-part.ts';

/** EIO, ENOSPC, EMFILE, EACCES, EROFS and death at the nth system call, once and for ever. */
const part: ProofPart = {
  what: 'system calls of the real server that fail or kill it (strace): right code, alive, and then everything acknowledged is there',
  unit: 'faults',
  sizes: { ci: 150, command: 2_000 },
  run: runSyscalls,
};

export default part;
