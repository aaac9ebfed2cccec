import { KirokuError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StateStore } from '../../state/state-store.ts';

/** The secrets in force, whether set or generated. */
export interface Secrets {
  readonly admin: string;
  readonly service: string;
  /** First signs, all verify. */
  readonly cookie: readonly string[];
  /** What was not set, and so comes from `.kiroku/secrets.json`. */
  readonly fromFile: readonly KeptSecret[];
}

/** One secret of `.kiroku/secrets.json`, by name alone. */
export interface KeptSecret {
  readonly setting: string;
  /** What it is called in the file. */
  readonly member: string;
}

export interface SecretsDeps {
  readonly state: StateStore;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly given: {
    readonly admin: string | undefined;
    readonly service: string | undefined;
    readonly cookie: readonly string[] | undefined;
  };
}

const SECRET_BYTES = 32;
const SETTING = { admin: 'ADMIN_TOKEN', service: 'SERVICE_TOKEN', cookie: 'COOKIE_SECRET' } as const;
type SecretName = keyof typeof SETTING;

function kept(document: JsonObject, name: SecretName): string | undefined {
  const value = document[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length >= SECRET_BYTES) return value;
  throw new KirokuError('tree_unreadable', `.kiroku/secrets.json: ${name} is damaged or too short.`);
}

/**
 * Every secret that was not set is generated once and kept in `.kiroku/secrets.json` (readable by its owner only).
 * @throws KirokuError `tree_unreadable` for a damaged file, `disk_full`, `io_error`
 */
export async function loadSecrets({ state, random, given }: SecretsDeps): Promise<Secrets> {
  const document = (await state.readDocument('secrets')) ?? { v: 1 };
  const generated: { [name in SecretName]?: string } = {};
  const fromFile: KeptSecret[] = [];
  const use = (name: SecretName): string => {
    fromFile.push({ setting: SETTING[name], member: name });
    const value = kept(document, name);
    if (value !== undefined) return value;
    const fresh = Buffer.from(random(SECRET_BYTES)).toString('base64url');
    generated[name] = fresh;
    return fresh;
  };
  const admin = given.admin ?? use('admin');
  const service = given.service ?? use('service');
  const cookie = given.cookie ?? [use('cookie')];
  if (Object.keys(generated).length > 0) await state.writeDocument('secrets', { ...document, ...generated });
  return { admin, service, cookie, fromFile };
}
