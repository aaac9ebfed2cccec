import { useEffect, useEffectEvent } from 'react';

/**
 * Files that are pasted anywhere, or dropped beside the drop zone (on the bar, say), where a browser would leave the page
 * and show the file instead.
 */
export function usePageFiles(onFiles: (files: readonly File[]) => void): void {
  const take = useEffectEvent((event: Event, data: DataTransfer | null) => {
    if (event.defaultPrevented || data === null || data.files.length === 0) return;
    event.preventDefault();
    onFiles([...data.files]);
  });
  useEffect(() => {
    const paste = (event: ClipboardEvent) => take(event, event.clipboardData);
    const drop = (event: DragEvent) => take(event, event.dataTransfer);
    // without this a browser allows no drop
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
    };
    window.addEventListener('paste', paste);
    window.addEventListener('drop', drop);
    window.addEventListener('dragover', over);
    return () => {
      window.removeEventListener('paste', paste);
      window.removeEventListener('drop', drop);
      window.removeEventListener('dragover', over);
    };
  }, []);
}
