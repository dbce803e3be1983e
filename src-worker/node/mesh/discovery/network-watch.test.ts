import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NetworkWatch, ownAddresses } from './network-watch.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const world = {
    addresses: '192.0.2.1/24',
    wall: 1_800_000_000_000,
    steady: 0,
    changes: 0,
    pausedMs: 0,
  };
  const watch = new NetworkWatch({
    onChange: (pausedMs) => {
      world.changes += 1;
      world.pausedMs = pausedMs;
    },
    addresses: () => world.addresses,
    clocks: () => [world.wall, world.steady],
  });
  watch.start();
  const pass = (wallMs: number, steadyMs = wallMs): number => {
    world.wall += wallMs;
    world.steady += steadyMs;
    vi.advanceTimersByTime(5000);
    return world.changes;
  };
  return { world, watch, pass };
}

it('notices changed addresses, once', () => {
  const { world, pass } = watched();
  expect(pass(5000)).toBe(0);
  world.addresses = '192.0.2.2/24';
  expect(pass(5000)).toBe(1);
  expect(pass(5000)).toBe(1);
  world.addresses = '';
  expect(pass(5000)).toBe(2);
});

it('notices a sleep by whichever clock continued, and takes no busy moment for one', () => {
  const { pass } = watched();
  expect(pass(9000)).toBe(0);
  expect(pass(180_000, 5000)).toBe(1);
  expect(pass(5000, 180_000)).toBe(2);
  // The clock was set back.
  expect(pass(-3_600_000, 5000)).toBe(2);
  expect(pass(5000)).toBe(2);
});

it('notices a sleep at once when asked, before the next check, and how long it was', () => {
  const { world, watch, pass } = watched();
  watch.look();
  expect(world.changes).toBe(0);
  world.wall += 180_000;
  watch.look();
  watch.look();
  expect(world).toMatchObject({ changes: 1, pausedMs: 180_000 });
  world.addresses = '192.0.2.2/24';
  pass(5000);
  expect(world).toMatchObject({ changes: 2, pausedMs: 0 });
});

it('checks no more once it is stopped', () => {
  const { world, watch, pass } = watched();
  watch.stop();
  world.addresses = '';
  expect(pass(180_000)).toBe(0);
  watch.look();
  expect(world.changes).toBe(0);
});

const at = (address: string, cidr: string, internal = false) => ({
  address,
  cidr,
  internal,
  mac: '02:00:00:00:00:01',
  ...(address.includes(':')
    ? { family: 'IPv6' as const, netmask: 'ffff:ffff:ffff:ffff::', scopeid: 0 }
    : { family: 'IPv4' as const, netmask: '255.255.255.0' }),
});

describe('the addresses of a machine', () => {
  it('are those in networks, independent of containers that start and stop', () => {
    const eth0 = [at('192.0.2.7', '192.0.2.7/24'), at('fe80::7', 'fe80::7/64')];
    const lo = [at('127.0.0.1', '127.0.0.1/8', true)];
    expect(ownAddresses({ lo, eth0 })).toBe('192.0.2.7/24');
    expect(ownAddresses({ lo, eth0, veth1: [at('fe80::9', 'fe80::9/64')] })).toBe('192.0.2.7/24');
    expect(ownAddresses({ lo, eth0, wg0: [at('fd00::2', 'fd00::2/64')] })).not.toBe('192.0.2.7/24');
  });
});
