/** An operating-system failure as `node:fs` gives it, for drivers that have no operating system below them. */
export function errno(code: string, call: string, path: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${code}: ${call} '${path}'`);
  error.code = code;
  error.syscall = call;
  error.path = path;
  return error;
}
