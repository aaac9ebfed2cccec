import { monotonicFactory } from 'ulid';
import { type IdSource, isPictureId } from '../domain/id.ts';

/**
 * Lower-case ULIDs that rise within the process, also when the clock does not.
 * @param random that many random bytes
 */
export function createIdSource(random: (bytes: number) => Uint8Array): IdSource {
  const fraction = (): number => Buffer.from(random(4)).readUInt32BE(0) / 2 ** 32;
  const next = monotonicFactory(fraction);
  return {
    next(now) {
      const id = next(Math.trunc(now)).toLowerCase();
      if (!isPictureId(id)) throw new RangeError('an id outside its grammar');
      return id;
    },
  };
}
