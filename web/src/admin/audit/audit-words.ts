import type en from '../../i18n/en/admin.ts';

type Actions = keyof (typeof en)['actions'];
type Actors = keyof (typeof en)['actors'];

/** What the server writes in its log, and the key under which we say it. */
const ACTIONS: Readonly<Record<string, Actions>> = {
  view: 'view',
  trash: 'trash',
  restore: 'restore',
  'purge-trash': 'purge',
  transfer: 'transfer',
  quota: 'quota',
  'quota-trash': 'quotaTrash',
  'run-job': 'runJob',
  verify: 'verify',
  thumbnails: 'thumbnails',
  reindex: 'reindex',
  'restore-backup': 'restoreBackup',
  'recovery-code': 'recoveryCode',
  recover: 'recover',
  erase: 'erase',
  export: 'export',
  'session-begin': 'sessionBegin',
  'session-end': 'sessionEnd',
};

const ACTORS: Readonly<Record<string, Actors>> = {
  admin: 'admin',
  service: 'service',
  job: 'job',
  owner: 'owner',
};

/** Undefined for what a later server does: its own word is shown then. */
export function actionKey(action: string): Actions | undefined {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
}

export function actorKey(actor: string): Actors | undefined {
  return Object.hasOwn(ACTORS, actor) ? ACTORS[actor] : undefined;
}
