import { fromErrno, isErrno, isKirokuError, KirokuError } from '../../domain/errors.ts';
import { ensureFolder, type FolderSync, readWhole, writeAll } from '../../storage/durable.ts';
import type { FileStat, Storage } from '../../storage/storage.ts';

/**
 * How a command names a folder to the server that holds its tree (docs/decisions/0011): not over the wire, where whoever has the
 * admin's token could have any folder read, but in a file of the tree that only somebody who may write there can make. The
 * wire carries its random name, once, within a minute.
 */
export interface Tickets {
  /** For a command. @param path absolute, as the server sees it. @throws KirokuError when the tree cannot be written to */
  issue(path: string): Promise<string>;
  /** For the server; gives the path. @throws KirokuError `not_found` for one that is none, is old or was used; `forbidden` */
  redeem(ticket: string): Promise<string>;
}

export interface TicketsDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly random: (bytes: number) => Uint8Array;
}

const FOLDER = '.kiroku/tickets';
const NAME = /^[0-9a-f]{32}$/;
const GOOD_FOR_MS = 60_000;
const PERMISSIONS = 0o600;
const MOST_BYTES = 8_192;

export function createTickets({ storage, folders, random }: TicketsDeps): Tickets {
  const isOld = ({ size, mtime }: FileStat): boolean =>
    size > MOST_BYTES || Math.abs(storage.now() - mtime) > GOOD_FOR_MS;

  /** What was issued and never used. */
  async function sweep(): Promise<void> {
    for (const { name, type } of await storage.readFolder(FOLDER)) {
      const path = `${FOLDER}/${name}`;
      if (type === 'file' && NAME.test(name) && isOld(await storage.stat(path))) await storage.unlink(path);
    }
  }

  return {
    async issue(path) {
      const ticket = Buffer.from(random(16)).toString('hex');
      try {
        await ensureFolder(storage, folders, FOLDER);
        await sweep();
        const file = await storage.open(`${FOLDER}/${ticket}`, 'create', PERMISSIONS);
        try {
          await writeAll(file, Buffer.from(path), 0);
        } finally {
          await file.close();
        }
        return ticket;
      } catch (error) {
        throw fromErrno(error);
      }
    },

    async redeem(ticket) {
      const path = `${FOLDER}/${ticket}`;
      try {
        if (!NAME.test(ticket)) throw noTicket();
        const stat = await storage.stat(path);
        if (stat.type !== 'file') throw noTicket();
        const bytes = isOld(stat) ? undefined : await readWhole(storage, path);
        await storage.unlink(path);
        if (bytes === undefined) throw noTicket();
        return bytes.toString('utf8');
      } catch (error) {
        if (isKirokuError(error, 'not_found') || isErrno(error, 'ENOENT', 'ENOTDIR')) throw noTicket();
        if (!isErrno(error, 'EACCES', 'EPERM')) throw fromErrno(error);
        const why = 'The server cannot read the ticket: run the command as the user that the server runs as.';
        throw new KirokuError('forbidden', why, { cause: error });
      }
    },
  };
}

function noTicket(): KirokuError {
  return new KirokuError('not_found', 'There is no such ticket, or it is not good any more.');
}
