import type { GridSizes } from './layout.ts';

const PHONE = 600;

/** How large things are in a list of this width, px. */
export function sizesFor(width: number): GridSizes {
  const isPhone = width < PHONE;
  return {
    width: Math.max(1, width),
    target: isPhone ? 124 : width > 2000 ? 240 : 200,
    gap: isPhone ? 3 : 4,
    heading: 44,
    dayGap: 12,
  };
}
