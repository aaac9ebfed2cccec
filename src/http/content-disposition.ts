const UNSAFE_ASCII = /[^\x20-\x7e]|["\\%;]/g;
const ATTR_CHAR = /^[A-Za-z0-9!#$&+.^_`|~-]$/;

/**
 * RFC 6266: a plain name that every client reads, and the real one in RFC 5987's encoding. No byte of the name can
 * leave its place: the first form has quotes, backslashes and everything outside ASCII replaced, the second is escaped.
 */
export function contentDisposition(kind: 'inline' | 'attachment', filename: string): string {
  const whole = filename.toWellFormed();
  const plain = whole.replace(UNSAFE_ASCII, '_');
  const simple = `${kind}; filename="${plain}"`;
  if (plain === whole) return simple;
  return `${simple}; filename*=UTF-8''${encode(whole)}`;
}

function encode(text: string): string {
  return [...text].map((character) => (ATTR_CHAR.test(character) ? character : percent(character))).join('');
}

function percent(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
