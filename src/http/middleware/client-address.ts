import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** What a request says of where it comes from, with forwarded headers believed only from configured proxies. */
export interface Origins {
  /** Whether one of our proxies is at the other end of the connection. */
  fromProxy(incoming: IncomingMessage): boolean;
  /** The client's address, canonical: IPv4-mapped IPv6 is IPv4. */
  address(incoming: IncomingMessage): string;
  /** `http` or `https`, as the client used it. */
  scheme(incoming: IncomingMessage): 'http' | 'https';
  /** Host and port as the client used them; empty when unknown. */
  host(incoming: IncomingMessage): string;
}

/**
 * @param trusted addresses or CIDR networks of our proxies; already validated.
 * @throws RangeError for an entry that is neither.
 */
export function createOrigins(trusted: readonly string[]): Origins {
  const list = trusted.length === 0 ? undefined : networks(trusted);
  const isTrusted = (address: string) =>
    list !== undefined && isIP(address) !== 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  const peer = (incoming: IncomingMessage) => canonicalAddress(incoming.socket.remoteAddress ?? '');
  const forwarded = (incoming: IncomingMessage, name: string) =>
    isTrusted(peer(incoming)) ? lastValue(incoming.headers[name]) : undefined;
  return {
    fromProxy: (incoming) => isTrusted(peer(incoming)),
    address(incoming) {
      const direct = peer(incoming);
      if (!isTrusted(direct)) return direct;
      return clientOf(direct, String(incoming.headers['x-forwarded-for'] ?? ''), isTrusted);
    },
    scheme(incoming) {
      const claimed = forwarded(incoming, 'x-forwarded-proto');
      if (claimed === 'https' || claimed === 'http') return claimed;
      return 'encrypted' in incoming.socket && incoming.socket.encrypted === true ? 'https' : 'http';
    },
    host: (incoming) => forwarded(incoming, 'x-forwarded-host') ?? incoming.headers.host ?? '',
  };
}

/** Walks from our side outwards and stops at the first address that is not a proxy of ours. */
function clientOf(direct: string, header: string, isTrusted: (address: string) => boolean): string {
  let client = direct;
  const hops = header.split(',');
  for (let i = hops.length - 1; i >= 0; i -= 1) {
    const hop = canonicalAddress((hops[i] ?? '').trim());
    if (isIP(hop) === 0) return client;
    client = hop;
    if (!isTrusted(hop)) return client;
  }
  return client;
}

/** What the proxy nearest to us said; undefined when it said nothing. */
function lastValue(header: string | string[] | undefined): string | undefined {
  return (
    String(header ?? '')
      .split(',')
      .at(-1)
      ?.trim()
      .toLowerCase() || undefined
  );
}

/** `::ffff:10.0.0.1` and `::FFFF:a00:1` are `10.0.0.1`; zone ids are dropped; IPv6 in one spelling. */
export function canonicalAddress(address: string): string {
  if (address.indexOf(':') === -1) return address;
  if (address.startsWith('::ffff:') && address.indexOf('.') !== -1) return address.slice(7);
  const zone = address.indexOf('%');
  const bare = (zone === -1 ? address : address.slice(0, zone)).toLowerCase();
  if (!isIPv6(bare)) return address;
  const groups = expand(bare);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    const [high = 0, low = 0] = groups.slice(6);
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return groups.map((group) => group.toString(16)).join(':');
}

/** What a rate limit counts by: an IPv4 address, or the /64 that one IPv6 customer holds. */
export function addressBucket(address: string): string {
  return address.indexOf(':') === -1 ? address : address.split(':').slice(0, 4).join(':');
}

function expand(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    dotted === null
      ? address
      : `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`;
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const middle = tail === undefined ? [] : new Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...middle, ...right].map((group) => Number.parseInt(group, 16));
}

function networks(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address);
    if (family === 0) throw new RangeError(`TRUST_PROXY: not an address or network: ${entry}`);
    const type = family === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(prefix), type);
  }
  return list;
}
