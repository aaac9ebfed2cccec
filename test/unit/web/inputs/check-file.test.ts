import { describe, expect, it } from 'vitest';
import { checkFile, looksLikePicture } from '../../../../web/src/inputs/check-file.ts';
import { jpegPicture, pngPicture, webpPicture } from '../../../support/pictures.ts';

function file(bytes: Uint8Array<ArrayBuffer>): File {
  return new File([bytes], 'named.anyhow');
}

describe('what a file looks like', () => {
  it('knows the pictures that the server stores by their first bytes, whatever they are called', async () => {
    for (const picture of [await pngPicture(), await jpegPicture(), await webpPicture()]) {
      expect(await checkFile(file(new Uint8Array(picture)))).toBeUndefined();
    }
  });

  it('refuses everything else before it is sent', async () => {
    const others = ['', 'GIF89a', 'RIFF....WAVE', '\u0000\u0000\u0000\u0018ftypheic', '<svg>'];
    for (const text of others) {
      const wrong = await checkFile(file(new TextEncoder().encode(text)));
      expect(wrong?.code, text).toBe('unsupported_type');
    }
  });

  it('is not deceived by a beginning that is too short', () => {
    expect(looksLikePicture(Uint8Array.of(0x89, 0x50))).toBe(false);
    expect(looksLikePicture(new Uint8Array())).toBe(false);
  });

  it('tells a file that cannot be read from one that is none', async () => {
    const gone = file(Uint8Array.of(1));
    Object.defineProperty(gone, 'slice', {
      value: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotFoundError')) }),
    });
    expect((await checkFile(gone))?.code).toBe('unreadable');
  });
});
