import type { Placed } from './first-boxes.ts';

/** Pictures that lie over the place of the grid until the grid shows them itself. */
export interface Cover {
  /** Resolves when all of them are painted, or cannot be. */
  readonly shown: Promise<void>;
  /** Takes them away once the grid has painted its own, or at the first sign that somebody goes elsewhere. */
  liftWhenCovered(): void;
}

/** Where the list began the last time, px: what stands above it differs from guest to member, and from phone to desk. */
const STORED = 'kiroku.list-top';
/** The bar, and the row of tools below it. */
const USUAL_TOP = 100;
/** The page's margin left and right, px. */
const MARGIN = 16;
/** A gallery that has not come by then has something else to show, ms. */
const LONGEST = 8_000;
const LEAVING = ['scroll', 'wheel', 'pointerdown', 'keydown', 'popstate', 'resize'] as const;

/** @param placesFor for a list of this width, as much of it as this height shows */
export function coverWith(placesFor: (width: number, height: number) => readonly Placed[]): Cover {
  const top = Number(localStorage.getItem(STORED) ?? USUAL_TOP);
  // the body leaves room for a scroll bar that is still to come
  const width = document.body.clientWidth - 2 * MARGIN;
  const layer = document.createElement('div');
  layer.ariaHidden = 'true';
  Object.assign(layer.style, {
    position: 'absolute',
    top: `${top}px`,
    left: `${MARGIN}px`,
    zIndex: '1',
    pointerEvents: 'none',
  });
  const images = placesFor(width, innerHeight - top).map(imageOf);
  layer.append(...images);
  document.body.append(layer);
  const painted = images.map((image) => image.decode().catch(() => undefined));
  return {
    shown: Promise.all(painted).then(nextFrame),
    liftWhenCovered: () => liftWhenCovered(layer, images),
  };
}

function imageOf({ item, box }: Placed): HTMLImageElement {
  const image = new Image();
  image.dataset['of'] = item.id;
  image.alt = '';
  // all of them are in view: the browser finds that out by itself, a layout later
  image.fetchPriority = 'high';
  image.src = item.thumb_url;
  Object.assign(image.style, {
    position: 'absolute',
    left: `${box.left}px`,
    top: `${box.top}px`,
    width: `${box.width}px`,
    height: `${box.height}px`,
    objectFit: 'cover',
    borderRadius: '3px',
  });
  return image;
}

function liftWhenCovered(layer: HTMLElement, images: readonly HTMLImageElement[]): void {
  const began = performance.now();
  let isOver = false;
  const lift = () => {
    isOver = true;
    layer.remove();
    for (const event of LEAVING) removeEventListener(event, lift);
  };
  for (const event of LEAVING) addEventListener(event, lift, { passive: true });
  const look = () => {
    if (isOver) return;
    const pairs = images.map((image) => [image, tileOf(image)] as const);
    const isCovered = pairs.every(([, tile]) => tile?.querySelector('img')?.complete === true);
    if (isCovered) rememberTop(layer, pairs[0]);
    if (isCovered || performance.now() - began > LONGEST) requestAnimationFrame(lift);
    else requestAnimationFrame(look);
  };
  look();
}

/** The grid's own element of the same picture. */
function tileOf(image: HTMLImageElement): HTMLElement | null {
  return document.getElementById(`picture-${image.dataset['of']}`);
}

function rememberTop(
  layer: HTMLElement,
  pair: readonly [HTMLImageElement, HTMLElement | null] | undefined,
): void {
  const [image, tile] = pair ?? [];
  if (image === undefined || !tile) return;
  const off = tile.getBoundingClientRect().top - image.getBoundingClientRect().top;
  localStorage.setItem(STORED, String(Math.round(layer.offsetTop + off)));
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
