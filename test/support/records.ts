import fc from 'fast-check';
import { type Day, dayOf, isDay } from '../../src/domain/day.ts';
import { extOf, FORMATS, ORIGINAL_EXTS, THUMB_EXTS } from '../../src/domain/format.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { KINDS } from '../../src/domain/kind.ts';
import type { Owner } from '../../src/domain/owner.ts';
import type { AdoptedFrom, Descriptive, PictureRecord, Provenance } from '../../src/domain/record.ts';
import { isKnownMember } from '../../src/domain/record-members.ts';
import { asOwner, hexIdOf, idOf } from './ids.ts';

const CREATED = '2026-01-02T03:04:05.678Z';

/** One ordinary generated picture, PNG, whose values can be overridden. */
export function sampleRecord(overrides: Partial<PictureRecord> = {}): PictureRecord {
  const id = overrides.id ?? idOf(1);
  const created = overrides.created_at ?? CREATED;
  return {
    v: 1,
    rev: 1,
    id,
    owner: asOwner('anon-0123456789abcdef0123456789abcdef'),
    kind: 'generated',
    status: 'active',
    created_at: created,
    updated_at: created,
    trashed_at: null,
    original_filename: 'ComfyUI_00001_.png',
    mime: 'image/png',
    bytes: 12_345,
    sha256: 'ab'.repeat(32),
    crc32: '0badf00d',
    width: 1024,
    height: 768,
    thumbhash: '3OcRJYB4d3h/iIeHeEh3eIhw+j2w',
    thumb: `thumb/${id}.webp`,
    thumb_bytes: 9_876,
    thumb_v: 1,
    tags: ['cat', '고양이', '猫'],
    favorite: false,
    rating: null,
    source: 'api',
    workflow_id: 'txt2img-v3',
    aspect_ratio: '4:3',
    seed: '18446744073709551615',
    prompt: 'a cat on a roof, 지붕 위의 고양이, 屋根の上の猫',
    extra: {},
    ...overrides,
  };
}

/** Texts that have broken one system or another. */
const TEXTS = [
  '',
  'a cat sitting on a roof at night, masterpiece',
  '지붕 위에 앉아 있는 고양이, 밤, 걸작',
  '夜の屋根に座る猫、傑作、桜の花びら',
  'family 👨‍👩‍👧‍👦 flags 🇰🇷🇯🇵 and a zero\0byte',
  'half \ud83d a surrogate \udc00',
  'line\nbreaks\r\nand \u2028 others',
  '","idem":"0123456789abcdef"}',
  ',"adopted_from":{"name":"x","inode":"1","size":1,"mtime":1}}',
  'back\\slash \\" quote',
  'x'.repeat(100_000),
  '猫'.repeat(20_000),
];

const text = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
);
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

/** Leaves out what is undefined: an absent member is absent. */
function present<T extends object>(value: T): { [name in keyof T]?: Exclude<T[name], undefined> } {
  const kept: { [name in keyof T]?: Exclude<T[name], undefined> } = {};
  for (const name in value) {
    const given = value[name];
    if (isThere(given)) kept[name] = given;
  }
  return kept;
}

function isThere<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

/** What JSON makes of it (no −0, no undefined). */
function throughJson(value: unknown): JsonObject {
  const parsed: unknown = JSON.parse(JSON.stringify(value));
  if (!isJsonObject(parsed)) throw new Error('not an object');
  return parsed;
}

const LOOKALIKES: readonly JsonObject[] = [
  { x: { idem: '0123456789abcdef' } },
  { x: { a: 1, idem: '0123456789abcdef' } },
  { x: { a: 1, adopted_from: { name: 'n', inode: '1', size: 1, mtime: 1 } } },
  { x: { a: 1, adopted_from: { name: 'n', inode: '1', size: 1, mtime: 1 }, idem: '0123456789abcdef' } },
  { x: { a: 1, adopted_from: { name: 'n' }, q: 'v', inode: '1', size: 1, mtime: 1 } },
  { x: { a: 1, adopted_from: { name: 'n","inode":"1' }, name: 'v', inode: '1', size: 1, mtime: 1 } },
  { x: { name: 'n', inode: '1', size: 1, mtime: 1 } },
  { x: [{ a: 1, adopted_from: { name: 'n', inode: '1', size: 1, mtime: 1 } }] },
  { x: ',"idem":"0123456789abcdef"}' },
  { ',"idem":"0123456789abcdef"}': ',"adopted_from":{"name":"' },
  { 7: 'an integer name', 1: 'another' },
];

/** Unknown members, ordinary and such as look like private ones. */
const arbitraryExtra: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.dictionary(fc.oneof(text, fc.constant('__proto__')), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constantFrom(...LOOKALIKES) },
    ),
  )
  .map(([some, lookalike]) => {
    const members = Object.entries(some).filter(([name]) => !isKnownMember(name) && name !== 'user_id');
    return throughJson(Object.fromEntries([...members, ...Object.entries(lookalike)]));
  });

const adopted: fc.Arbitrary<AdoptedFrom> = fc.record({
  name: text,
  inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  size: fc.nat(),
  mtime: fc.double({ min: 0, max: 4e12, noNaN: true }).map((value) => value + 0),
});

const descriptive: fc.Arbitrary<Descriptive> = fc
  .record({
    workflow_id: optional(orNull(text)),
    aspect_ratio: optional(orNull(fc.constantFrom('1:1', '16:9', '2.35:1'))),
    seed: optional(orNull(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String))),
    prompt: optional(orNull(text)),
    negative_prompt: optional(orNull(text)),
    model: optional(orNull(text)),
    loras: optional(fc.array(arbitraryExtra, { maxLength: 2 })),
    sampler: optional(orNull(text)),
    scheduler: optional(orNull(text)),
    steps: optional(orNull(fc.nat(1000))),
    cfg: optional(orNull(fc.double({ min: 0.5, max: 30, noNaN: true }))),
    generator: optional(orNull(fc.constantFrom('comfyui', 'a1111'))),
    job_id: optional(orNull(text)),
    parents: optional(
      fc.array(fc.record({ kind: fc.constantFrom(...KINDS), id: fc.nat(99).map(idOf), role: text }), {
        maxLength: 2,
      }),
    ),
    from: optional(
      fc.dictionary(text, fc.constantFrom<Provenance>('job', 'embedded', 'graph', 'user'), { maxKeys: 2 }),
    ),
  })
  .map(present);

const basis = fc.record({
  hex: fc.boolean(),
  n: fc.nat(1_000_000),
  kind: fc.constantFrom(...KINDS),
  created: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
  later: fc.nat(10_000_000),
  trash: fc.boolean(),
  undated: fc.boolean(),
  format: fc.constantFrom(...FORMATS),
  otherExt: optional(fc.constantFrom(...ORIGINAL_EXTS)),
  otherDay: optional(fc.constantFrom('2024/02/29', '1999/12/31')),
  thumbExt: orNull(fc.constantFrom(...THUMB_EXTS)),
});

const rest = fc.record({
  rev: fc.integer({ min: 1, max: 1_000_000 }),
  original_filename: text,
  bytes: fc.nat(),
  sha256: hex(64),
  crc32: orNull(hex(8)),
  width: orNull(fc.integer({ min: 1, max: 100_000 })),
  height: orNull(fc.integer({ min: 1, max: 100_000 })),
  thumbhash: orNull(fc.base64String({ maxLength: 40 })),
  thumb_bytes: fc.nat(),
  thumb_v: fc.nat(100),
  tags: fc.array(text, { maxLength: 3 }),
  favorite: fc.boolean(),
  rating: orNull(fc.integer({ min: 0, max: 5 })),
  source: fc.constantFrom('api', 'watch', 'upload', 'import'),
});

const marks = fc
  .record({ idem: optional(hex(16)), adopted_from: optional(adopted), thumb_crc32: optional(hex(8)) })
  .map(present);

/** The members that hang together: a place, a time, a status, a type. */
function placed(owner: Owner, of: typeof basis extends fc.Arbitrary<infer T> ? T : never) {
  const id = of.hex ? hexIdOf(of.n) : idOf(of.n);
  const created_at = new Date(of.created).toISOString();
  const trashed = of.trash && !of.undated ? new Date(of.created + 1).toISOString() : null;
  const otherDay = dayText(of.otherDay);
  return {
    v: 1,
    id,
    owner,
    kind: of.kind,
    created_at,
    updated_at: new Date(of.created + of.later).toISOString(),
    status: of.trash ? ('trash' as const) : ('active' as const),
    trashed_at: trashed,
    mime: of.format.mime,
    thumb: of.thumbExt === null ? null : `thumb/${id}.${of.thumbExt}`,
    ...(otherDay === undefined || otherDay === dayOf(of.created) ? {} : { day: otherDay }),
    ...(of.otherExt === undefined || of.otherExt === extOf(of.format.mime) ? {} : { ext: of.otherExt }),
  };
}

function dayText(text: string | undefined): Day | undefined {
  return text !== undefined && isDay(text) ? text : undefined;
}

/** Any record that could ever be written, by us or out of an older sidecar. */
export function arbitraryRecord(
  owner: Owner = asOwner('anon-0123456789abcdef0123456789abcdef'),
): fc.Arbitrary<PictureRecord> {
  return fc
    .tuple(basis, rest, descriptive, marks, arbitraryExtra)
    .map(([of, others, meta, privates, extra]) => ({
      ...placed(owner, of),
      ...others,
      ...meta,
      ...privates,
      extra,
    }));
}
