/** What would be cut off by closing the page. */
const running = new Set<symbol>();

/** Until the returned function is called, closing the page is asked about first. */
export function askBeforeLeaving(): () => void {
  const one = Symbol();
  running.add(one);
  // a listener for good would keep the page out of the browser's memory of the way back
  window.addEventListener('beforeunload', ask);
  return () => {
    running.delete(one);
    if (running.size === 0) window.removeEventListener('beforeunload', ask);
  };
}

function ask(event: Event): void {
  event.preventDefault();
}
