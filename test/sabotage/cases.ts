/**
 * Promises broken on purpose, each by a small edit of the server's own code, and the tests that must not let it pass.
 * `cases.test.ts` holds every edit against the code in each run of the suite; `npm run proof -- sabotage` makes them.
 */
export interface Sabotage {
  /** What is broken, in the words of the promise. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Test files. */
  readonly tests: readonly string[];
  /** Of these files only the tests whose names match: the others take long, and would not notice. */
  readonly only?: string;
}

export interface Edit {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly put: string;
}

const ORDER = ['test/fault/commit-order.test.ts'];
const PUBLISH = 'src/blobs/fs-publish.ts';
const APPEND = 'src/catalog/manifest/append.ts';
const SCAN = 'src/catalog/manifest/scan.ts';
const SHARES = ['test/http/shares.test.ts'];

/** A promise that one edit breaks. */
function broken(
  name: string,
  [file, find, put]: readonly [string, string, string],
  tests: readonly string[],
  only?: string,
): Sabotage {
  return { name, edits: [{ file, find, put }], tests, ...(only === undefined ? {} : { only }) };
}

/** DESIGN §4, "201 means durable": every sync of the order that `docs/storage-format.md` writes down. */
const SYNCS: readonly Sabotage[] = [
  broken(
    'the bytes of original and thumbnail are not synced',
    [
      'src/blobs/fs-blob-writer.ts',
      'Promise.allSettled([file.sync(), checkSize()])',
      'Promise.allSettled([Promise.resolve(), checkSize()])',
    ],
    ORDER,
  ),
  broken(
    'the staged sidecar is not synced before the commit point',
    [
      'src/storage/durable.ts',
      'await writeAll(file, bytes, 0);\n      await file.sync();',
      'await writeAll(file, bytes, 0);',
    ],
    ORDER,
  ),
  broken(
    'the staging folder is not synced before a name is linked from it',
    [PUBLISH, 'folders.sync(stagingFolder),', 'Promise.resolve(),'],
    [...ORDER, 'test/unit/blobs/fs-blob-store.test.ts'],
  ),
  broken(
    'the day folder is not synced after the link',
    [PUBLISH, 'await allDone(targets.map((folder) => folders.sync(folder)));', ''],
    ORDER,
  ),
  broken(
    'a new folder is not synced in its parent',
    ['src/storage/durable.ts', 'await folders.sync(parent);\n  folders.proofs', 'folders.proofs'],
    ORDER,
  ),
  broken(
    'the line of the manifest is not synced',
    [APPEND, 'await open.datasync();\n    } catch (error) {', '} catch (error) {'],
    ORDER,
  ),
  broken(
    'the day folder is not synced after the sidecar has its name',
    ['src/catalog/sidecar.ts', 'return await folders.sync(folder);', 'return;'],
    ORDER,
  ),
  broken(
    'the line is synced only after 201 has left',
    [
      APPEND,
      'await open.datasync();\n    } catch (error) {',
      'setTimeout(() => open.datasync().catch(() => undefined), 500);\n    } catch (error) {',
    ],
    ORDER,
  ),
  {
    name: '201 leaves before the commit point: the line is written after it',
    edits: [
      {
        file: APPEND,
        find: 'await file.change(async (open) => {',
        put: 'const later = (work: () => Promise<void>) => setTimeout(() => work().catch(() => undefined), 150);\n  later(() => file.change(async (open) => {',
      },
      {
        file: APPEND,
        find: '  });\n  store.end = end + lines.length;',
        put: '  }));\n  store.end = end + lines.length;',
      },
    ],
    tests: ORDER,
  },
];

/** Recovery, undoing, and the index that must not lie. */
const TREE: readonly Sabotage[] = [
  broken(
    'a torn last line of a manifest is accepted',
    [
      SCAN,
      "const bad = this.badLine(position, 'no end of line');",
      'const bad = { tornAt: size };\n    if (size > 0) return this.result(size, false);',
    ],
    ['test/fault/manifest-damage.test.ts'],
    'cut at any byte',
  ),
  broken(
    'the checksum of a line is not looked at',
    [SCAN, '!lines.holds(start, end) || !scanLine', '!scanLine'],
    ['test/fault/manifest-damage.test.ts'],
    'another digit',
  ),
  broken(
    'what the catalog refused stays in the day folder',
    ['src/blobs/fs-publish.ts', 'if (await isOurs(deps, pair)) await unlinkIfThere(storage, pair.to);', ''],
    ['test/contract/blobs.test.ts', 'test/unit/blobs/fs-blob-store.test.ts'],
  ),
  broken(
    'staged names stay behind after a commit',
    [
      'src/services/commit.ts',
      "if (result.outcome === 'created') await forget(deps, stagedOf(held));\n    else",
      "if (result.outcome !== 'created')",
    ],
    ['test/unit/services/ingest.test.ts'],
  ),
  broken(
    'after an unclean stop lines and sidecars are not compared',
    [
      'src/catalog/manifest/recover.ts',
      'if (unrecovered === undefined) return;',
      'if (store.end > 0) return;',
    ],
    ['test/fault/life-killed.test.ts'],
    '(delete|restore), whole',
  ),
  {
    name: 'a purge removes bytes without its mark',
    edits: [
      {
        file: 'src/services/purge.ts',
        find: 'return { ...current, purging: isoOf(now()) };',
        put: 'return undefined;',
      },
      {
        file: 'src/services/purge.ts',
        find: 'entry.record().purging === undefined || isLeaving',
        put: 'isLeaving',
      },
    ],
    tests: ['test/unit/services/purge.test.ts', 'test/fault/life-killed.test.ts'],
    only: 'with a mark|looks again|purge, whole',
  },
  broken(
    'verify does not look at thumbnails',
    ['src/services/maintenance/verify.ts', 'await thumbDamage(deps, entry);', 'undefined;'],
    ['test/acceptance/flips.test.ts'],
    'flipped',
  ),
  broken(
    'verify believes any original of the right length',
    [
      'src/services/maintenance/verify.ts',
      "hash.digest('hex') === sha256 ? undefined",
      'sha256 !== undefined ? undefined',
    ],
    ['test/acceptance/flips.test.ts'],
    'flipped',
  ),
];

/** Nobody sees or changes what is not theirs. */
const ACCESS: readonly Sabotage[] = [
  broken(
    'the owner of a file is not looked at',
    [
      'src/http/serve-file.ts',
      "if (call.role !== 'admin' && key.at.owner !== call.owner) return",
      'if (call.role === undefined) return',
    ],
    ['test/acceptance/serving.test.ts'],
    'whose file it is',
  ),
  broken(
    'the owner of a shared link is not looked at when it is ended',
    ['src/services/shares.ts', 'held === undefined || held.share.owner !== owner', 'held === undefined'],
    [...SHARES, 'test/acceptance/access-matrix.test.ts'],
  ),
  broken(
    'the MAC of the cookie is not compared',
    [
      'src/services/identity.ts',
      "!timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(macOf(key, owner, issued), 'latin1'))",
      "!timingSafeEqual(Buffer.from(mac, 'latin1'), Buffer.from(mac, 'latin1'))",
    ],
    ['test/acceptance/access.test.ts', 'test/unit/services/identity.test.ts'],
    'cookie|identity|value',
  ),
  broken(
    'any token is accepted',
    [
      'src/http/middleware/tokens.ts',
      'if (timingSafeEqual(candidate.digest, sent)) role',
      'if (sent.length === candidate.digest.length) role',
    ],
    ['test/acceptance/access.test.ts'],
    'tokens \\(A3\\)',
  ),
  broken(
    'writes of other sites pass',
    [
      'src/http/middleware/cross-site.ts',
      'refuseWrite(incoming) {\n',
      'refuseWrite(incoming) {\n      if (incoming.url !== undefined) return;\n',
    ],
    ['test/acceptance/access.test.ts'],
    'another site',
  ),
  broken(
    'a revoked link still opens',
    ['src/services/shares.ts', '!share.revoked && now < share.expires', 'now < share.expires'],
    SHARES,
  ),
  broken(
    'the signature of a link is not compared',
    ['src/services/shares.ts', '|| !signer.verify(token, claimsOf(held.share))', ''],
    SHARES,
  ),
  {
    name: 'a picture in the trash is served to whoever has a link',
    // either of the two looks is enough
    edits: [
      {
        file: 'src/services/shares.ts',
        find: "if (entry === undefined || entry.status !== 'active') throw",
        put: 'if (entry === undefined) throw',
      },
      {
        file: 'src/http/routes/shares.ts',
        find: 'if (file === undefined || file.trashed) throw',
        put: 'if (file === undefined) throw',
      },
    ],
    tests: SHARES,
  },
  broken(
    'a picture in the trash may be kept by caches',
    ['src/http/serve-file.ts', 'if (file.trashed) return NEVER;', ''],
    ['test/acceptance/serving.test.ts'],
    'not there any more',
  ),
];

export const SABOTAGES: readonly Sabotage[] = [...SYNCS, ...TREE, ...ACCESS];

/** How often a text stands in another. */
export function timesIn(text: string, find: string): number {
  return text.split(find).length - 1;
}
