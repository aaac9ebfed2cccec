let focus: ((id: string | undefined) => void) | undefined;

/** The grid of the page. Returns what takes it off again. */
export function setGridFocus(how: (id: string | undefined) => void): () => void {
  focus = how;
  return () => {
    if (focus === how) focus = undefined;
  };
}

/** Gives the grid of the page the focus; with an id, that picture is the one that keys act on, and in view. */
export function focusGrid(id?: string): void {
  focus?.(id);
}
