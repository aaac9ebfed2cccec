import { expect, it } from 'vitest';
import { threadNotStarted } from '../../../src/storage/thread-not-started.ts';

const withCode = (code: string, message: string) => Object.assign(new Error(message), { code });

it.each([
  [withCode('ERR_WORKER_INIT_FAILED', 'Worker initialization failure: EMFILE'), 'overloaded'],
  [withCode('EMFILE', "EMFILE: too many open files, open '/k/src/a.ts'"), 'overloaded'],
  [
    withCode(
      'ERR_INVALID_PACKAGE_CONFIG',
      'Cannot read package config /k: EIO/package.json: too many open files.',
    ),
    'overloaded',
  ],
  [
    withCode(
      'ERR_INVALID_PACKAGE_CONFIG',
      'Cannot read package config /k/package.json: no space left on device.',
    ),
    'disk_full',
  ],
  [withCode('EROFS', "EROFS: read-only file system, open '/k/src/a.ts'"), 'read_only'],
  [withCode('EIO', "EIO: i/o error, open '/k/src/EMFILE.ts'"), 'io_error'],
  [new SyntaxError('Unexpected token: EMFILE was not expected'), 'io_error'],
  [undefined, 'io_error'],
])('a storage thread that could not be started: %s is %s', (cause, code) => {
  expect(threadNotStarted(cause)).toMatchObject({ code });
});
