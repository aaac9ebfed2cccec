/** Everything that is nearly a given token. Imports nothing from `src`. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Other characters for one: its neighbour in base64url (the last bits may be unused ones), its other case, none of both. */
function insteadOf(character: string): string[] {
  const at = LETTERS.indexOf(character);
  const neighbour = at === -1 ? 'A' : (LETTERS[at ^ 1] ?? 'A');
  const other = character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase();
  const bit = String.fromCharCode(character.charCodeAt(0) ^ 2);
  return [...new Set([neighbour, other, /[\w.-]/.test(bit) ? bit : '0', '='])].filter((x) => x !== character);
}

/** Each character exchanged, each length shorter, some longer, and what lenient readers take for the same. */
export function tampered(token: string): string[] {
  const flipped = [...token].flatMap((character, at) =>
    insteadOf(character)
      .slice(0, token.length > 200 ? 2 : 4)
      .map((instead) => token.slice(0, at) + instead + token.slice(at + 1)),
  );
  const shorter = [...token].flatMap((_character, at) => [token.slice(0, at), token.slice(at + 1)]);
  const spelled = [
    `"${token}"`,
    `'${token}'`,
    `${token}=`,
    `${token}==`,
    `${token}.`,
    `.${token}`,
    `${token}A`,
    `${token}.${token}`,
    token.replaceAll('.', '%2E'),
    token.replaceAll('.', '%2e'),
    token.replaceAll('-', '+'),
    token.replaceAll('_', '/'),
    token.replaceAll('.', '..'),
    token.replaceAll('.', ' '),
    token.replaceAll('.', ','),
    token.toUpperCase(),
    [...token].reverse().join(''),
    `${token}%00`,
    `${token}%20`,
    `%20${token}`,
    `${token}\u00a0`,
    `${token},${token.slice(0, -1)}`,
  ];
  const all = [...flipped, ...shorter, ...spelled];
  return [...new Set(all)].filter((text) => text !== token && text !== '');
}

/** Every mixture of the parts of two tokens that is neither of them. */
export function swapped(one: string, two: string): string[] {
  const [a, b] = [one.split('.'), two.split('.')];
  const mixtures = Array.from({ length: 2 ** a.length }, (_none, mask) =>
    a.map((part, at) => ((mask >> at) & 1 ? (b[at] ?? part) : part)).join('.'),
  );
  return [...new Set(mixtures)].filter((text) => text !== one && text !== two);
}
