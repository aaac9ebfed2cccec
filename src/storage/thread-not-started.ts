import { getSystemErrorMap } from 'node:util';
import { fromErrno, isErrno, type KirokuError } from '../domain/errors.ts';

/**
 * Why a thread could not be started, in the closed list. Node tells the operating system's error as such when it reads a
 * module, but in words alone when it makes the thread ("Worker initialization failure: EMFILE") or looks for a
 * package.json ("Cannot read package config …: too many open files.").
 */
export function threadNotStarted(cause: unknown): KirokuError {
  const error: NodeJS.ErrnoException = new Error('A storage thread could not be started.', { cause });
  const code = systemCodeOf(cause);
  if (code !== undefined) error.code = code;
  return fromErrno(error);
}

function systemCodeOf(error: unknown): string | undefined {
  const known = [...getSystemErrorMap().values()];
  const byCode = known.find(([code]) => isErrno(error, code));
  if (byCode !== undefined) return byCode[0];
  const end = error instanceof Error ? error.message.replace(/^.*: /s, '').replace(/\.$/, '') : '';
  return known.find(([code, words]) => end === code || end === words)?.[0];
}
