/** Internets that several tests use. */
import type { InternetPlan } from './played-internet.ts';

/**
 * Two houses with the same private addresses, as houses have:
 *
 *   a 192.168.1.2 ── router-a 11.22.2.2 ──┐
 *                                         ├── world 11.22.1.1
 *   b 192.168.1.3 ── router-b 11.22.3.3 ──┘
 */
export const twoHouses: InternetPlan<'a' | 'b' | 'router-a' | 'router-b'> = {
  routers: [
    {
      name: 'router-a',
      outside: { ip4: '11.22.2.2/24' },
      inside: { ip4: '192.168.1.1/24' },
      ports: 'steady',
    },
    {
      name: 'router-b',
      outside: { ip4: '11.22.3.3/24' },
      inside: { ip4: '192.168.1.1/24' },
      ports: 'steady',
    },
  ],
  computers: [
    { name: 'a', behind: 'router-a', addresses: { ip4: '192.168.1.2/24' } },
    { name: 'b', behind: 'router-b', addresses: { ip4: '192.168.1.3/24' } },
  ],
};

/** Three computers with public addresses. */
export const threePublic: InternetPlan<'a' | 'b' | 'c'> = {
  routers: [],
  computers: [
    { name: 'a', addresses: { ip4: '11.22.2.2/24' } },
    { name: 'b', addresses: { ip4: '11.22.3.3/24' } },
    { name: 'c', addresses: { ip4: '11.22.4.4/24' } },
  ],
};
