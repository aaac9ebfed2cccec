import type en from '../../i18n/en/admin.ts';

type Known = keyof (typeof en)['jobNames'];

const KNOWN: Readonly<Record<string, Known>> = {
  'reconcile-recent': 'reconcileRecent',
  'reconcile-full': 'reconcileFull',
  'comfy-inputs': 'comfyInputs',
  quotas: 'quotas',
  'purge-trash': 'purgeTrash',
  sweep: 'sweep',
  verify: 'verify',
  thumbnails: 'thumbnails',
};

/** Undefined for a job of a later server: its own name is shown then. */
export function jobNameKey(name: string): Known | undefined {
  return Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
}
