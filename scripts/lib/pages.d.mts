/** See pages.mjs. */
export function ensurePages(node: string, root?: string): Promise<boolean>;
