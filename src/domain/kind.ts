export const KINDS = ['generated', 'input', 'control'] as const;
export type Kind = (typeof KINDS)[number];

export const STATUSES = ['active', 'trash'] as const;
export type Status = (typeof STATUSES)[number];

/** What a manifest line did to a picture. */
export const OPS = ['put', 'edit', 'trash', 'restore', 'purge'] as const;
export type Op = (typeof OPS)[number];
