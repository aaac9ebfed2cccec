import PhotoSwipe from 'photoswipe';
import 'photoswipe/style.css';
import { tryFailedAgain } from './failed-slides.ts';
import type { Slide } from './slide-of.ts';

/** What the stage shows: pictures by place, some of them not known yet. */
export interface StageList {
  total(): number;
  at(index: number): Slide | undefined;
}

export interface Zoom {
  /** Screen pixels a pixel of the picture. */
  readonly level: number;
  readonly isFit: boolean;
}

export interface StageOptions {
  readonly host: HTMLElement;
  readonly list: StageList;
  readonly index: number;
  readonly errorText: string;
  readonly retryText: string;
  readonly onIndex: (index: number) => void;
  readonly onZoom: (zoom: Zoom) => void;
  /** Dragged away, or clicked beside. */
  readonly onClose: () => void;
  /** A finger on the picture. */
  readonly onTap: () => void;
}

export interface Stage {
  goTo(index: number): void;
  zoomBy(factor: number): void;
  /** The whole picture. */
  fit(): void;
  /** One pixel of the picture on one of the screen. */
  actual(): void;
  pan(dx: number, dy: number): void;
  /** Draws what the list says now; places that show the same stay untouched. */
  refresh(): void;
  /** Everything is `by` places further back in the list than it was; nothing moves. */
  shift(by: number): void;
  destroy(): void;
}

/**
 * The moving part of the viewer: zoom, swipe, pinch, and the neighbours decoded ahead. PhotoSwipe does all of that; its
 * buttons, keys and focus handling stay off, as the window around it has them (in React Aria, translated).
 */
export function createStage(options: StageOptions): Stage {
  const { host, list } = options;
  const pswp = new PhotoSwipe(settings(options));
  let shown = options.index;

  pswp.addFilter('numItems', () => list.total());
  pswp.addFilter('itemData', (_, index) => dataOf(list.at(index)));
  pswp.addFilter('placeholderSrc', (_, content) => content.data.msrc ?? false);
  pswp.on('keydown', (event) => event.preventDefault());
  pswp.on('change', () => {
    if (pswp.currIndex === shown) return;
    shown = pswp.currIndex;
    options.onIndex(shown);
  });
  pswp.on('zoomPanUpdate', () => onZoom(pswp, options));
  pswp.on('change', () => onZoom(pswp, options));
  pswp.on('close', options.onClose);
  const stopTrying = tryFailedAgain(pswp, options.retryText, () => focusWindow(host));
  pswp.init();
  // a part of our dialog, not one of its own
  pswp.element?.removeAttribute('role');
  pswp.scrollWrap?.removeAttribute('aria-roledescription');
  const sized = new ResizeObserver(() => pswp.updateSize());
  sized.observe(host);

  return {
    goTo: (index) => pswp.goTo(index),
    zoomBy(factor) {
      const slide = pswp.currSlide;
      if (slide)
        zoomTo(pswp, clamp(slide.currZoomLevel * factor, slide.zoomLevels.min, slide.zoomLevels.max));
    },
    fit: () => zoomTo(pswp, pswp.currSlide?.zoomLevels.fit ?? 1),
    actual: () => zoomTo(pswp, 1),
    pan: (dx, dy) => {
      const slide = pswp.currSlide;
      if (slide?.isPannable()) slide.panTo(slide.pan.x + dx, slide.pan.y + dy);
    },
    refresh: () => refresh(pswp, list),
    shift(by) {
      shown += by;
      shift(pswp, by);
    },
    destroy() {
      sized.disconnect();
      stopTrying();
      // `close` of a stage that is taken away is nobody's wish to close
      pswp.off('close', options.onClose);
      if (!pswp.isDestroying) pswp.destroy();
    },
  };
}

/** Keys are heard where the focus is. */
function focusWindow(host: HTMLElement): void {
  host.closest<HTMLElement>('[role=dialog]')?.focus();
}

function settings({ host, index, errorText, onTap }: StageOptions) {
  return {
    appendToEl: host,
    index,
    errorMsg: errorText,
    loop: false,
    // the window has its own
    close: false,
    zoom: false,
    counter: false,
    arrowPrev: false,
    arrowNext: false,
    arrowKeys: false,
    escKey: false,
    trapFocus: false,
    returnFocus: false,
    showHideAnimationType: 'none',
    bgOpacity: 1,
    zoomAnimationDuration: 200,
    preload: [1, 2],
    secondaryZoomLevel: ({ fit }: { fit: number }) => (fit < 0.95 ? 1 : fit * 2),
    maxZoomLevel: ({ fit }: { fit: number }) => Math.max(4, fit * 4),
    getViewportSizeFn: () => ({ x: host.clientWidth, y: host.clientHeight }),
    paddingFn: ({ x }: { x: number }) => {
      const side = x < 640 ? 0 : 64;
      return { top: 60, bottom: x < 640 ? 60 : 24, left: side, right: side };
    },
    tapAction: onTap,
  } satisfies ConstructorParameters<typeof PhotoSwipe>[0];
}

function dataOf(slide: Slide | undefined) {
  if (slide === undefined) return { html: '' };
  const { isHuge, src, ...data } = slide;
  return isHuge ? { ...data, src: slide.msrc, original: src } : { ...data, src };
}

/** A huge picture's original is fetched with the first step into it; the browser shows the thumbnail until it is there. */
function onZoom(pswp: PhotoSwipe, options: StageOptions): void {
  const slide = pswp.currSlide;
  if (slide === undefined) return;
  const isFit = slide.currZoomLevel <= slide.zoomLevels.fit * 1.001;
  options.onZoom({ level: slide.currZoomLevel, isFit });
  const { element } = slide.content;
  const original: unknown = slide.data['original'];
  if (isFit || typeof original !== 'string' || !(element instanceof HTMLImageElement)) return;
  if (element.getAttribute('src') !== original) element.src = original;
}

function zoomTo(pswp: PhotoSwipe, level: number): void {
  pswp.zoomTo(level, pswp.getViewportCenterPoint(), pswp.options.zoomAnimationDuration);
}

function refresh(pswp: PhotoSwipe, list: StageList): void {
  const last = list.total() - 1;
  if (last < 0) return;
  if (pswp.potentialIndex > last) pswp.goTo(last);
  pswp.mainScroll.itemHolders.forEach((holder, place) => {
    const index = pswp.currIndex - 1 + place;
    const wanted = index < 0 || index > last ? undefined : list.at(index);
    const shows: unknown = holder.slide?.data['msrc'];
    if (holder.slide?.index === index && shows === wanted?.msrc) return;
    // beyond the end of the list this empties the place
    if (index > last && holder.slide !== undefined) pswp.setContent(holder, index, true);
    else if (index >= 0 && index <= last) pswp.refreshSlideContent(index);
  });
}

function shift(pswp: PhotoSwipe, by: number): void {
  pswp.currIndex += by;
  pswp.potentialIndex += by;
  for (const { slide } of pswp.mainScroll.itemHolders) if (slide) slide.index += by;
  for (const content of pswp.contentLoader._cachedItems) content.index += by;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
