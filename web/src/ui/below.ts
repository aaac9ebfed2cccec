/** What lies over the window's lower edge for longer than a message does. */
const taken = new Set<HTMLElement>();

/**
 * For `ref`: this element stands at the window's lower edge. Messages are shown above it and a page ends above it, by
 * `--below`, px from the edge.
 */
export function takesBelow(element: HTMLElement | null): (() => void) | undefined {
  if (element === null) return undefined;
  const observer = new ResizeObserver(measure);
  taken.add(element);
  observer.observe(element);
  return () => {
    observer.disconnect();
    taken.delete(element);
    measure();
  };
}

function measure(): void {
  const tops = [...taken].map((element) => element.getBoundingClientRect().top);
  const below = Math.max(0, window.innerHeight - Math.min(window.innerHeight, ...tops));
  document.documentElement.style.setProperty('--below', `${below}px`);
}
