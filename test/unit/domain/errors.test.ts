import { describe, expect, it } from 'vitest';
import { fromErrno, isErrno, isKirokuError, KirokuError, notFound } from '../../../src/domain/errors.ts';

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, open '/srv/pictures/secret.png'`), { code });
}

describe('errors of the operating system', () => {
  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EFBIG', 'disk_full'],
    ['EMFILE', 'overloaded'],
    ['ENFILE', 'overloaded'],
    ['ENOMEM', 'overloaded'],
    ['EROFS', 'read_only'],
    ['EIO', 'io_error'],
    ['EACCES', 'io_error'],
    ['ESOMETHING', 'io_error'],
  ])('%s is %s, keeps its cause, and tells no path', (code, expected) => {
    const cause = errno(code);
    const error = fromErrno(cause);
    expect(error.code).toBe(expected);
    expect(error.cause).toBe(cause);
    expect(error.message).not.toContain('/');
  });

  it('that may pass say when to come again', () => {
    expect(fromErrno(errno('EMFILE')).details.retryAfter).toBeGreaterThan(0);
    expect(fromErrno(errno('EROFS')).details.retryAfter).toBeGreaterThan(0);
    expect(fromErrno(errno('ENOSPC')).details.retryAfter).toBeUndefined();
  });

  it('are told by their code, not by their words', () => {
    expect(isErrno(errno('ENOENT'), 'EEXIST', 'ENOENT')).toBe(true);
    expect(isErrno(new Error('ENOENT'), 'ENOENT')).toBe(false);
    expect(isErrno({ code: 'ENOENT' }, 'ENOENT')).toBe(false);
  });
});

describe('errors of ours', () => {
  it('pass as they are', () => {
    const error = new KirokuError('overloaded', 'Later.', { details: { retryAfter: 3 } });
    expect(fromErrno(error)).toBe(error);
  });

  it('are told apart by code', () => {
    expect(isKirokuError(notFound())).toBe(true);
    expect(isKirokuError(notFound(), 'not_found')).toBe(true);
    expect(isKirokuError(notFound(), 'io_error')).toBe(false);
    expect(isKirokuError(errno('ENOENT'))).toBe(false);
  });

  it('about a missing picture are all alike', () => {
    expect(notFound().message).toBe(notFound().message);
    expect(notFound().details).toEqual({});
  });
});
