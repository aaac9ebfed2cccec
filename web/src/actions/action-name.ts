/** Names of what can be done with picked pictures. */
export type ActionName =
  | 'favorite'
  | 'tag'
  | 'share'
  | 'zip'
  | 'input'
  | 'compare'
  | 'cull'
  | 'trash'
  | 'restore';
