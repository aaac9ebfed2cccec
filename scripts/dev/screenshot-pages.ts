import type { Page } from 'playwright-core';
import * as act from './screenshot-acts.ts';

type Act = (page: Page, texts: act.TourTexts) => Promise<void>;

/** One picture of the tour: where it is, whose browser looks, and what is done there before it is taken. */
export interface Shot {
  readonly name: string;
  readonly path: string;
  /** The demo's owner, who administers it too, when absent. A stranger has no pictures and no token. */
  readonly as?: 'stranger';
  readonly prepare?: Act;
  /** What was begun and shall not come to its end. It is taken while that is going on. */
  readonly undo?: Act;
}

/** What the tour needs to know of the demo. */
export interface DemoFacts {
  /** The newest favourite. */
  readonly favourite: string;
  /** A picture that the same prompt made as the one after it. */
  readonly twin: string;
  /** Path of a link that others may open. */
  readonly shared: string;
  /** Path of a link that was ended. */
  readonly ended: string;
  /** An owner with many pictures, and one of these. */
  readonly owner: string;
  readonly ownersPicture: string;
}

/** Every page of the gallery, in the order of the tour. */
export function shotsOf(facts: DemoFacts): Shot[] {
  return [...galleryShots(facts), ...adminShots(facts)];
}

function galleryShots({ favourite, twin, shared, ended }: DemoFacts): Shot[] {
  return [
    { name: 'gallery', path: '/' },
    { name: 'select', path: '/', prepare: act.pickThree },
    { name: 'viewer', path: `/?view=${favourite}` },
    { name: 'compare', path: `/?view=${twin}`, prepare: act.compare },
    { name: 'cull', path: '/', prepare: act.cull },
    { name: 'find', path: `/?q=${encodeURIComponent('밤')}` },
    { name: 'first', path: '/', as: 'stranger' },
    { name: 'inputs', path: '/inputs' },
    { name: 'upload', path: '/inputs', prepare: act.upload, undo: act.cancelUpload },
    { name: 'share', path: `/?view=${favourite}`, prepare: act.share },
    { name: 'shares', path: '/shares' },
    { name: 'shared', path: shared, as: 'stranger' },
    { name: 'shared-ended', path: ended, as: 'stranger' },
    { name: 'trash', path: '/trash' },
    { name: 'you', path: '/you' },
    { name: 'code', path: '/you', prepare: act.makeCode },
    { name: 'nowhere', path: '/nowhere' },
  ];
}

function adminShots({ owner, ownersPicture }: DemoFacts): Shot[] {
  return [
    { name: 'admin', path: '/admin', as: 'stranger' },
    { name: 'admin-users', path: '/admin/users' },
    { name: 'admin-user', path: `/admin/user?id=${owner}` },
    { name: 'admin-recent', path: '/admin/recent' },
    { name: 'admin-trash', path: '/admin/trash', prepare: act.previewPurge },
    { name: 'admin-quotas', path: '/admin/quotas' },
    { name: 'admin-jobs', path: '/admin/jobs' },
    { name: 'admin-maintenance', path: '/admin/maintenance', prepare: act.verify },
    { name: 'admin-storage', path: '/admin/storage' },
    { name: 'admin-audit', path: '/admin/audit' },
    { name: 'admin-why', path: `/admin/why?id=${ownersPicture}&user=${owner}` },
    { name: 'admin-nowhere', path: '/admin/nowhere' },
  ];
}

const NOWHERE = {
  favourite: '',
  twin: '',
  shared: '/s/none',
  ended: '/s/none',
  owner: '',
  ownersPicture: '',
};

/** Of all pictures of the tour, whatever the demo holds. */
export const SHOT_NAMES: readonly string[] = shotsOf(NOWHERE).map(({ name }) => name);
