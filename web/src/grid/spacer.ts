/** The element that gives the page the list's height. Before one is attached there is nothing to measure. */
export interface Spacer {
  readonly isThere: boolean;
  /** Upper edge in the page when it was last measured, px. */
  readonly top: number;
  readonly height: number;
  readonly width: number;
  attach(element: HTMLElement | undefined): void;
  measure(): void;
  setHeight(height: number): void;
  /** How far the page is scrolled below the element's upper edge. */
  position(): number;
}

export function createSpacer(): Spacer {
  let element: HTMLElement | undefined;
  let top = 0;
  let height = 0;
  return {
    get isThere() {
      return element !== undefined;
    },
    get top() {
      return top;
    },
    get height() {
      return height;
    },
    get width() {
      return element?.clientWidth ?? 0;
    },
    attach(given) {
      element = given;
      height = 0;
    },
    measure() {
      if (element !== undefined) top = element.getBoundingClientRect().top + window.scrollY;
    },
    setHeight(wanted) {
      if (element === undefined || wanted === height) return;
      height = wanted;
      element.style.height = `${height}px`;
    },
    position: () => window.scrollY - top,
  };
}
