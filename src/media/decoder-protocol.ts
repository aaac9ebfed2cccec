import { ERROR_CODES, type ErrorCode, KirokuError } from '../domain/errors.ts';
import type { DecodedImage, DecodeLimits, EmbeddedGraphs, ImageSource } from './decoder.ts';

/** What the server and its decoder processes say to each other; one question at a time. */
export interface DecodeQuestion {
  /** All of a picture, or only the graphs among its texts. */
  readonly ask: 'decode' | 'graphs';
  readonly source: ImageSource;
  readonly limits: DecodeLimits;
}

export type DecodeAnswer = DecodeResult & {
  /** Resident memory of the process after this picture, in bytes. */
  readonly rss: number;
};

export type DecodeResult =
  | { readonly answer: 'image'; readonly image: DecodedImage }
  | { readonly answer: 'graphs'; readonly graphs: EmbeddedGraphs }
  | {
      readonly answer: 'error';
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: KirokuError['details'];
      /** The cause's text: classes do not survive the way between processes. */
      readonly cause: string | undefined;
    };

/** A question for a decoder process. Both ends are ours and of one version, so the tag is the whole check. */
export function isDecodeQuestion(message: unknown): message is DecodeQuestion {
  return hasTag(message, 'ask', ['decode', 'graphs']);
}

/** An answer of a decoder process, known by its tag. */
export function isDecodeAnswer(message: unknown): message is DecodeAnswer {
  return hasTag(message, 'answer', ['image', 'graphs', 'error']);
}

function hasTag(message: unknown, name: string, values: readonly string[]): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const tag: unknown = Reflect.get(message, name);
  return typeof tag === 'string' && values.includes(tag);
}

/** A failure in the form that crosses the process boundary. */
export function answerOfError(error: unknown): DecodeResult {
  const known =
    error instanceof KirokuError
      ? error
      : new KirokuError('decoder_failed', 'The decoder failed.', { cause: error });
  const { code, message, details, cause } = known;
  return {
    answer: 'error',
    code,
    message,
    details: { ...details },
    cause: cause === undefined ? undefined : String(cause),
  };
}

/** The same failure on the other side. */
export function errorOfAnswer(answer: DecodeAnswer & { answer: 'error' }): KirokuError {
  const code = ERROR_CODES.includes(answer.code) ? answer.code : 'decoder_failed';
  return new KirokuError(code, answer.message, { cause: answer.cause, details: answer.details });
}
