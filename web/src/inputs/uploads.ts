import { useSyncExternalStore } from 'react';
import { queryClient } from '../api/query-client.ts';
import { checkFile } from './check-file.ts';
import { sendInput } from './send-file.ts';
import { createUploadQueue, isOver, type Upload } from './upload-queue.ts';

/** One for the whole page: what was begun goes on while its owner looks at other pages. */
export const uploads = createUploadQueue({
  send: sendInput,
  check: checkFile,
  newKey: newUploadKey,
  // the list itself hears of it by events; what the space comes to is asked again
  onStored: () => void queryClient.invalidateQueries({ queryKey: ['usage'] }),
});

window.addEventListener('beforeunload', (event) => {
  if (uploads.list().some((upload) => !isOver(upload))) event.preventDefault();
});

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(uploads.subscribe, uploads.list);
}

/** 128 random bits; `crypto.randomUUID` is missing on plain http. */
function newUploadKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
