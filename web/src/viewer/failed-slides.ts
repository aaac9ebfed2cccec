import type PhotoSwipe from 'photoswipe';

/**
 * Pictures that could not be loaded are asked for again: by a button in their place, and by themselves when the browser
 * has its connection back. PhotoSwipe keeps the failure otherwise, of the neighbours too, which nobody has seen yet.
 * @param onRetried the button that had the focus is gone
 * @returns ends it
 */
export function tryFailedAgain(pswp: PhotoSwipe, text: string, onRetried: () => void): () => void {
  pswp.addFilter('contentErrorElement', (element, content) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    // a press on it is no gesture on the picture
    button.addEventListener('pointerdown', (event) => event.stopPropagation());
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      onRetried();
      pswp.refreshSlideContent(content.index);
    });
    element.append(button);
    return element;
  });
  const again = () => {
    const shown = pswp.mainScroll.itemHolders.flatMap(({ slide }) => slide ?? []);
    const kept = pswp.contentLoader._cachedItems.filter((content) => content.isError());
    for (const { index } of kept) pswp.contentLoader.removeByIndex(index);
    for (const { index, content } of shown) if (content.isError()) pswp.refreshSlideContent(index);
  };
  window.addEventListener('online', again);
  return () => window.removeEventListener('online', again);
}
