/**
 * How the server's Node is started, everywhere: npm start, benchmarks, tests that run the real server; the container's
 * entry point repeats it (a test compares). One thread collects garbage: the bodies of uploads are short-lived memory,
 * and several threads over a small heap mostly wait for each other, at the decoders' cost (docs/decisions/0008).
 */
export const NODE_FLAGS = ['--disable-warning=ExperimentalWarning', '--single-threaded-gc'];
