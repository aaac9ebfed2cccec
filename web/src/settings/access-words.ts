import type en from '../i18n/en/settings.ts';

type Actions = keyof (typeof en)['actions'];
type Actors = keyof (typeof en)['actors'];

/** What the server writes in its log, and the key under which we say it. */
const ACTIONS: Readonly<Record<string, Actions>> = {
  view: 'view',
  trash: 'trash',
  delete: 'trash',
  restore: 'restore',
  'purge-trash': 'purge',
  transfer: 'transfer',
  quota: 'quota',
  'quota-trash': 'quotaTrash',
  'recovery-code': 'recoveryCode',
  recover: 'recover',
  verify: 'verify',
  thumbnails: 'thumbnails',
  reindex: 'reindex',
};

const ACTORS: Readonly<Record<string, Actors>> = {
  admin: 'admin',
  service: 'service',
  job: 'job',
  owner: 'owner',
};

/** Undefined for what a later server does: its own word is shown then. */
export function actionTextKey(action: string): Actions | undefined {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
}

export function actorTextKey(actor: string): Actors | undefined {
  return Object.hasOwn(ACTORS, actor) ? ACTORS[actor] : undefined;
}
