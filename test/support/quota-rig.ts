import type { Entry } from '../../src/catalog/catalog.ts';
import { sumOf } from '../../src/catalog/usage.ts';
import type { QuotaLimits } from '../../src/domain/quota.ts';
import { pngPicture } from './pictures.ts';
import { ANNA, testServices } from './services.ts';

const NONE: QuotaLimits = { maxBytes: null, maxCount: null, trashMaxBytes: null, policy: 'block' };
export const live = () => new AbortController().signal;

/** Every service under these limits of everybody's, and pictures that each differ. */
export function quotaRig(limits: Partial<QuotaLimits>) {
  const services = testServices({ quota: { ...NONE, ...limits } });
  let seed = 0;
  const picture = () => {
    seed += 1;
    return pngPicture({ width: 8, height: 8, seed });
  };
  const add = async (over: Parameters<typeof services.add>[1] = {}) => {
    services.clock.now += 1000;
    return (await services.add(await picture(), over)).entry;
  };
  const count = async (owner = ANNA) => sumOf((await services.quota.usage(owner)).active).count;
  const status = async ({ owner, id }: Entry) => (await services.catalog.lookup(owner, id))?.status;
  const { catalog, state, blobs, clock, ingest, inputs, trash, bulk, quota, purge, audit } = services;
  const parts = { catalog, state, blobs, clock, ingest, inputs, trash, bulk, quota, purge, audit };
  return { ...parts, store: services.add, picture, add, count, status };
}

/** Original and thumbnail. */
export function sizeOf(entry: Entry): number {
  const { bytes, thumb_bytes: thumb } = entry.record();
  return bytes + thumb;
}
