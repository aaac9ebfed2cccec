import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  addressBucket,
  canonicalAddress,
  createOrigins,
} from '../../../../src/http/middleware/client-address.ts';

/** A request as node gives it, from this address and with these headers. */
function request(remote: string, headers: Record<string, string> = {}): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remote });
  const incoming = new IncomingMessage(socket);
  Object.assign(incoming.headers, headers);
  return incoming;
}

describe('the client’s address', () => {
  const open = createOrigins([]);
  const behind = createOrigins(['10.0.0.0/8', 'fd00::/8']);

  it('is the peer’s, whatever a stranger claims', () => {
    const headers = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
    };
    for (const origins of [open, behind]) {
      const incoming = request('203.0.113.9', { ...headers, host: 'mine:8000' });
      expect(origins.address(incoming)).toBe('203.0.113.9');
      expect(origins.scheme(incoming)).toBe('http');
      expect(origins.host(incoming)).toBe('mine:8000');
    }
  });

  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['6.6.6.6, 1.2.3.4', '1.2.3.4'],
    ['6.6.6.6, 1.2.3.4, 10.9.9.9', '1.2.3.4'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['nonsense', '10.0.0.1'],
    ['1.2.3.4, nonsense', '10.0.0.1'],
    ['', '10.0.0.1'],
  ])('behind a proxy of ours that says "%s" is %s', (header, expected) => {
    expect(behind.address(request('::ffff:10.0.0.1', { 'x-forwarded-for': header }))).toBe(expected);
  });

  it('keeps the Host of a request whose proxy forwards no other', () => {
    const incoming = request('10.0.0.1', { host: 'pictures.example' });
    expect(behind.host(incoming)).toBe('pictures.example');
    expect(behind.scheme(incoming)).toBe('http');
    const told = request('10.0.0.1', { host: 'inner', 'x-forwarded-host': 'Pictures.example' });
    expect(behind.host(told)).toBe('pictures.example');
  });

  it.each([
    ['::ffff:192.168.0.1', '192.168.0.1'],
    ['::FFFF:c0a8:1', '192.168.0.1'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
    ['2001:DB8::1', '2001:db8:0:0:0:0:0:1'],
    ['127.0.0.1', '127.0.0.1'],
  ])('has one spelling: %s is %s', (address, expected) => {
    expect(canonicalAddress(address)).toBe(expected);
  });

  it('counts one IPv6 customer as one', () => {
    expect(addressBucket(canonicalAddress('2001:db8:1:2::1'))).toBe(
      addressBucket(canonicalAddress('2001:db8:1:2:ffff::9')),
    );
    expect(addressBucket('1.2.3.4')).toBe('1.2.3.4');
  });
});
