import { fileURLToPath } from 'node:url';

/**
 * How the server's Node is started, everywhere: npm start, benchmarks, tests that run the real server; the container's
 * entry point repeats it (a test compares). One thread collects garbage: the bodies of uploads are short-lived memory,
 * and several threads over a small heap mostly wait for each other, at the decoders' cost (docs/decisions/0008).
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--single-threaded-gc'];

/**
 * Where Node keeps what it compiled (NODE_COMPILE_CACHE): stripping and compiling a few hundred sources is most of what a
 * start costs. Beside the packages, for the same user; a read-only installation only starts more slowly.
 */
export const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));
