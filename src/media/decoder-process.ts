/**
 * Entry of a decoder process: answers one question at a time. It holds nothing that outlives a picture, so that it
 * can be killed at any moment. It ends with its parent: a channel that closes means nobody is left to answer.
 */
import {
  answerOfError,
  type DecodeAnswer,
  type DecodeQuestion,
  type DecodeResult,
  isDecodeQuestion,
} from './decoder-protocol.ts';
import { createInlineDecoder } from './inline-decoder.ts';

async function answer({ ask, source, limits }: DecodeQuestion): Promise<DecodeResult> {
  try {
    const decoder = createInlineDecoder(limits);
    if (ask === 'graphs') return { answer: 'graphs', graphs: await decoder.graphs(source) };
    return { answer: 'image', image: await decoder.decode(source) };
  } catch (error) {
    return answerOfError(error);
  }
}

function tell(result: DecodeResult): void {
  const answer: DecodeAnswer = { ...result, rss: process.memoryUsage.rss() };
  // The callback takes the error of a channel that closed under us; `disconnect` ends the process.
  process.send?.(answer, undefined, undefined, () => {});
}

process.on('message', (message: unknown) => {
  if (isDecodeQuestion(message)) void answer(message).then(tell);
});

// At once and without exit handlers: a decode may still be running on a thread that cannot be interrupted.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

// A terminal's Ctrl-C reaches the whole group; the server still needs its decoders while it drains.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
