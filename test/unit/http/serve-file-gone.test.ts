import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { silentLog } from '../../../src/domain/log.ts';
import { createFileRoutes } from '../../../src/http/serve-file.ts';
import { createGallery } from '../../../src/services/gallery.ts';
import { createMoved } from '../../../src/services/moved.ts';
import type { ServedFile } from '../../../src/services/services.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { servePart } from '../../support/http-part.ts';
import { asOwner, idOf } from '../../support/ids.ts';

const OWNER = asOwner('anna');

/** A file whose first read waits, and that tells when it was asked for and when it was closed. */
function slowFile() {
  const asked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const file: ServedFile = {
    mime: 'image/png',
    bytes: 20,
    etag: 'a',
    modified: 0,
    trashed: false,
    content: undefined,
    async *stream() {
      try {
        asked.resolve();
        await goOn.promise;
        yield new Uint8Array(10);
        yield new Uint8Array(10);
      } finally {
        closed.resolve();
      }
    },
  };
  return { file, asked: asked.promise, goOn: goOn.resolve, closed: closed.promise };
}

describe('a file', () => {
  it('is closed when its reader left before the first bytes were there', async () => {
    const slow = slowFile();
    const routes = createFileRoutes({
      files: {
        original: async () => slow.file,
        thumbnail: async () => undefined,
        peekThumbnail: () => undefined,
      },
      stripped: () => slow.file.stream(0, 0),
      gallery: createGallery({ catalog: createMemoryCatalog({ now: () => 0 }) }),
      auditViews: { seen: async () => {} },
      moved: createMoved({ state: createMemoryStateStore(), now: () => 0 }),
      basePath: '',
      log: silentLog,
    });
    const left = Promise.withResolvers<void>();
    const url = await servePart(OWNER, (c, call) => {
      c.env.outgoing.once('close', () => left.resolve());
      return routes.answer(c, call);
    });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET /outputs/users/anna/2026/01/01/${idOf(1)}.png HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await slow.asked;
    socket.destroy();
    await left.promise;
    slow.goOn();
    await expect(slow.closed).resolves.toBeUndefined();
  });
});
