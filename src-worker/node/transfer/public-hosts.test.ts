import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { leadsOutside } from '../mesh/networks.ts';
import { checkHost, publicLookup } from './public-hosts.ts';

const inside = [
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.100.1.1',
  '192.0.0.8',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:c0a8:101',
  'fd00::1',
  'fe80::1',
  '64:ff9b::a00:1',
  'fec0::1',
  'ff02::1',
  '64:ff9b::192.168.0.1',
  '64:ff9b:1::7f00:1',
  '2002:7f00:1::1',
  '::127.0.0.1',
];
const outside = ['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '64:ff9b::101:101'];

describe('an IP address', () => {
  it.each(inside)('%s is not on the internet', (address) => {
    expect(leadsOutside(address)).toBe(false);
    const host = address.includes(':') ? `[${address}]` : address;
    expect(() => checkHost(new URL(`https://${host}:8443/x`))).toThrow(/private network/);
  });

  it.each(outside)('%s is', (address) => {
    expect(leadsOutside(address)).toBe(true);
    const host = address.includes(':') ? `[${address}]` : address;
    expect(() => checkHost(new URL(`https://${host}/x`))).not.toThrow();
  });

  it.each(['https://localhost/', 'https://LOCALHOST./', 'https://api.localhost:1/'])(
    'that %s embeds is checked too',
    (address) => {
      expect(() => checkHost(new URL(address))).toThrow(/private network/);
    },
  );

  it.each(['https://2130706433/', 'https://0x7f.1/', 'https://017700000001/'])(
    'written as in %s is recognised',
    (address) => {
      expect(() => checkHost(new URL(address))).toThrow(/private network/);
    },
  );
});

/** The result of looking up a name with these addresses. */
async function addressesOf(found: readonly string[], all: boolean): Promise<unknown[]> {
  const resolved = found.map((address): LookupAddress => ({
    address,
    family: address.includes(':') ? 6 : 4,
  }));
  const resolve = ((_name: string, _options: object, callback: (...told: unknown[]) => void) =>
    callback(null, resolved)) as unknown as Parameters<typeof publicLookup>[0];
  return await new Promise((done) => {
    publicLookup(resolve)('models.example', { all }, (...told) => done(told));
  });
}

describe('a name', () => {
  it('resolves to its addresses on the internet', async () => {
    expect(await addressesOf(['10.0.0.1', '1.1.1.1', '::1', '2606:4700::1111'], true)).toEqual([
      null,
      [
        { address: '1.1.1.1', family: 4 },
        { address: '2606:4700::1111', family: 6 },
      ],
    ]);
    expect(await addressesOf(['10.0.0.1', '1.1.1.1'], false)).toEqual([null, '1.1.1.1', 4]);
  });

  it('with addresses of this machine or a private network alone does not resolve', async () => {
    const [error] = await addressesOf(['127.0.0.1', '::1', '192.168.0.5'], true);
    expect(error).toMatchObject({ code: 'request-invalid' });
  });
});
