import { meQuery } from '../api/me.ts';
import { ApiProblem, isProblem, problemOf } from '../api/problem.ts';
import { queryClient } from '../api/query-client.ts';
import { BASE_PATH } from '../base-path.ts';
import type { SendOptions, Sent } from './upload-queue.ts';

/**
 * Stores one input. XMLHttpRequest, because fetch does not tell how much of a body has left.
 * @throws ApiProblem; DOMException `AbortError` when `signal` says so
 */
export async function sendInput(file: File, options: SendOptions): Promise<Sent> {
  // who stores something must be somebody: the answer brings the cookie
  await queryClient.ensureQueryData(meQuery);
  try {
    return await post(file, options);
  } catch (error) {
    // the cookie had ended; the refusal brought another
    if (!isProblem(error, 'identity_required')) throw error;
    return await post(file, options);
  }
}

function post(file: File, { key, signal, onProgress }: SendOptions): Promise<Sent> {
  const form = new FormData();
  form.append('file', file);
  const request = new XMLHttpRequest();
  request.open('POST', `${BASE_PATH}/api/v1/inputs/upload?dedupe=1`);
  request.setRequestHeader('Idempotency-Key', key);
  const stop = () => request.abort();
  return new Promise<Sent>((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', stop, { once: true });
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      // the form around the file is no part of it
      onProgress(total === 0 ? 0 : Math.floor((loaded / total) * file.size));
    });
    request.addEventListener('abort', () => reject(new DOMException('Cancelled.', 'AbortError')));
    request.addEventListener('error', () =>
      reject(new ApiProblem('unreachable', 0, 'The server cannot be reached.')),
    );
    request.addEventListener('load', () => {
      if (request.status === 200 || request.status === 201)
        resolve({ isNew: request.status === 201 || isReplay(request) });
      else void problemOf(answerFrom(request)).then(reject, reject);
    });
    request.send(form);
  }).finally(() => signal.removeEventListener('abort', stop));
}

/** Another try of the same upload, whose first answer was lost: the picture is new for all that. */
function isReplay(request: XMLHttpRequest): boolean {
  return request.getResponseHeader('idempotency-replayed') === 'true';
}

function answerFrom(request: XMLHttpRequest): Response {
  const wait = request.getResponseHeader('retry-after');
  return new Response(request.responseText, {
    status: request.status,
    headers: wait === null ? {} : { 'retry-after': wait },
  });
}
