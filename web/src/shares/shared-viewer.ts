import PhotoSwipe from 'photoswipe';
import 'photoswipe/style.css';
import './shared-viewer.css';
import type { SharedPicture } from './use-shared.ts';

export interface ViewerTexts {
  readonly viewer: string;
  readonly close: string;
  readonly zoom: string;
  readonly previous: string;
  readonly next: string;
  readonly download: string;
  readonly failed: string;
  readonly picture: (number: number) => string;
}

/** Where a picture's size is not known. */
const UNKNOWN_SIDE = 1_024;

/** Shows one picture as large as the window; Escape, Back and a swipe down close it. */
export function openViewer(pictures: readonly SharedPicture[], index: number, texts: ViewerTexts): void {
  const viewer = new PhotoSwipe({
    dataSource: pictures.map((picture, at) => ({
      src: picture.url ?? picture.thumb_url,
      msrc: picture.thumb_url,
      width: picture.width ?? UNKNOWN_SIDE,
      height: picture.height ?? UNKNOWN_SIDE,
      alt: picture.prompt ?? texts.picture(at + 1),
    })),
    index,
    loop: false,
    showHideAnimationType: 'none',
    bgOpacity: 1,
    errorMsg: texts.failed,
    closeTitle: texts.close,
    zoomTitle: texts.zoom,
    arrowPrevTitle: texts.previous,
    arrowNextTitle: texts.next,
  });
  viewer.on('uiRegister', () => {
    addDownload(viewer, pictures, texts);
    addCaption(viewer, pictures);
  });
  closeByBack(viewer);
  hideThePage(viewer);
  viewer.init();
  viewer.element?.setAttribute('aria-label', texts.viewer);
  viewer.element?.setAttribute('aria-modal', 'true');
}

function addDownload(viewer: PhotoSwipe, pictures: readonly SharedPicture[], texts: ViewerTexts): void {
  viewer.ui?.registerElement({
    name: 'download',
    order: 8,
    isButton: true,
    tagName: 'a',
    title: texts.download,
    ariaLabel: texts.download,
    html: {
      isCustomSVG: true,
      inner: '<path d="M20.5 14.3 17.1 18V10h-2.2v7.9l-3.4-3.6L10 16l6 6.1 6-6.1ZM23 23H9v2h14Z"/>',
    },
    onInit: (element) => {
      viewer.on('change', () => {
        const url = pictures[viewer.currIndex]?.url ?? null;
        element.hidden = url === null;
        if (url === null || !(element instanceof HTMLAnchorElement)) return;
        element.href = url;
        element.download = '';
      });
    },
  });
}

/** The prompt, where the link shows it. */
function addCaption(viewer: PhotoSwipe, pictures: readonly SharedPicture[]): void {
  if (pictures.every(({ prompt }) => prompt === undefined || prompt === null || prompt === '')) return;
  viewer.ui?.registerElement({
    name: 'caption',
    appendTo: 'root',
    onInit: (element) => {
      // read aloud by each change; it scrolls by the keyboard too
      element.setAttribute('aria-live', 'polite');
      element.tabIndex = 0;
      viewer.on('change', () => {
        const prompt = pictures[viewer.currIndex]?.prompt ?? '';
        element.textContent = prompt;
        element.hidden = prompt === '';
      });
    },
  });
}

/** On a phone one goes back to leave a picture, not the page. */
function closeByBack(viewer: PhotoSwipe): void {
  let wentBack = false;
  const onBack = () => {
    wentBack = true;
    viewer.close();
  };
  history.pushState(null, '');
  window.addEventListener('popstate', onBack);
  viewer.on('destroy', () => {
    window.removeEventListener('popstate', onBack);
    if (!wentBack) history.back();
  });
}

/** PhotoSwipe keeps the focus; a screen reader's own cursor has to be kept too. */
function hideThePage(viewer: PhotoSwipe): void {
  const page = document.getElementById('root');
  if (page === null) return;
  viewer.on('openingAnimationStart', () => {
    page.inert = true;
  });
  // before the focus goes back to where it was
  viewer.on('close', () => {
    page.inert = false;
  });
}
