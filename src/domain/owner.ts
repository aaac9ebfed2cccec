/** The `user_id` a picture belongs to. Checked once at the edge; everything inside carries the brand. */
export type Owner = string & { readonly __owner: unique symbol };

const OWNER = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const GUEST = /^anon-[0-9a-f]{32}$/;

export function isOwner(text: string): text is Owner {
  return OWNER.test(text);
}

/** A browser's own namespace, as opposed to a member's. */
export function isGuest(owner: string): boolean {
  return GUEST.test(owner);
}
