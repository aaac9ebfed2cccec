import type { Collector } from './collector.ts';

/** XMP that says more than this was not written by a generator. Characters. */
const MAX_XMP = 256 * 1024;

/** Properties that generators write, and the keyword each is collected under. */
const PROPERTIES = [
  ['xmp:CreatorTool', 'CreatorTool'],
  ['exif:UserComment', 'UserComment'],
  ['dc:description', 'Description'],
] as const;

const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Collects the few properties that matter out of an XMP packet, each as attribute or element, an element's value bare
 * or in its first `rdf:li` (XMP specification, part 1, 7). Not an XML parser: it looks for names, in linear time.
 */
export function addXmp(packet: string, into: Collector): void {
  if (packet.length > MAX_XMP) {
    into.warn('The XMP is past the limits.');
    return;
  }
  for (const [property, keyword] of PROPERTIES) {
    const raw = attribute(packet, property) ?? element(packet, property);
    if (raw !== undefined) into.add(keyword, unescaped(raw), 'xmp');
  }
}

function attribute(packet: string, name: string): string | undefined {
  const at = packet.indexOf(`${name}=`);
  const quote = packet[at + name.length + 1];
  if (at < 0 || (quote !== '"' && quote !== "'")) return undefined;
  const from = at + name.length + 2;
  const to = packet.indexOf(quote, from);
  return to < 0 ? undefined : packet.slice(from, to);
}

function element(packet: string, name: string): string | undefined {
  const inside = between(packet, name);
  return inside === undefined ? undefined : (between(inside, 'rdf:li') ?? inside.trim());
}

/** What stands between the first `<name …>` and the next `</name>`. */
function between(text: string, name: string): string | undefined {
  const open = text.indexOf(`<${name}`);
  const from = open < 0 ? -1 : text.indexOf('>', open);
  const to = from < 0 ? -1 : text.indexOf(`</${name}>`, from);
  return to < 0 ? undefined : text.slice(from + 1, to);
}

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|amp|lt|gt|quot|apos);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
    const hex = name[1] === 'x' || name[1] === 'X';
    const code = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
