import { multiaddr } from '@multiformats/multiaddr';
import { describe, expect, it } from 'vitest';
import { entranceOf, type EntranceFacts } from './entrance.ts';

const addresses = (...texts: string[]) => texts.map((text) => multiaddr(text));
const home: EntranceFacts = {
  listen: addresses('/ip4/0.0.0.0/tcp/6373'),
  own: addresses('/ip4/127.0.0.1/tcp/6373', '/ip4/192.168.1.2/tcp/6373'),
  isAsked: true,
  isOpened: false,
};

describe('the entrance of a network', () => {
  it('has the port of the settings, which stays', () => {
    expect(entranceOf(home)).toEqual({ router: 'silent', port: 6373, isPortFixed: true });
  });

  it('has another port after each start where the settings name none', () => {
    const listen = addresses('/ip4/0.0.0.0/tcp/0');
    expect(entranceOf({ ...home, listen })).toMatchObject({ port: 6373, isPortFixed: false });
  });

  it('has the port inside, whatever port the router has opened', () => {
    const own = addresses('/ip4/11.22.2.2/tcp/999', '/ip4/192.168.1.2/tcp/6373');
    expect(entranceOf({ ...home, own, isOpened: true })).toMatchObject({
      router: 'opened',
      port: 6373,
    });
  });

  it('has no port where the node listens on this machine alone', () => {
    const own = addresses('/ip4/127.0.0.1/tcp/6373');
    const { port } = entranceOf({ ...home, own });
    expect(port).toBeUndefined();
  });

  it('says when the router was never asked', () => {
    expect(entranceOf({ ...home, isAsked: false }).router).toBe('unasked');
  });
});
