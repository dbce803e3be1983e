import { describe, expect, it } from 'vitest';
import { passesOn, type PunchStep } from './relayed-punch.ts';

const server = { host: '198.51.100.1', port: 1 };
const client = { host: '198.51.100.2', port: 2 };
const victim = { host: '198.51.100.3', port: 3 };
const [fromClient, fromServer, fromRelay, fromSecondRelay] = [0, 1, 2, 3];

const steps: PunchStep[] = ['handshake', 'holepunch'];

describe.each(steps)('a %s message', (step) => {
  it('for a server that announced itself here goes there, and its reply back', () => {
    const route = { isOwn: false, relay: server };
    expect(passesOn(step, { mode: fromClient, peerAddress: null }, client, route)).toBe(true);
    expect(passesOn(step, { mode: fromServer, peerAddress: client }, server, route)).toBe(true);
  });

  it.each([
    ['to an address that the client names', fromClient, victim, undefined, client],
    ['to a relay that the client names', fromClient, null, victim, client],
    ['from another than the server', fromServer, victim, null, client],
    ['of a second relay', fromSecondRelay, client, victim, server],
    ['of a relay to a server elsewhere', fromRelay, client, null, client],
  ])('%s is dropped', (_, mode, peerAddress, relayAddress, from) => {
    const message = { mode, peerAddress, ...(relayAddress === undefined ? {} : { relayAddress }) };
    expect(passesOn(step, message, from, { isOwn: false, relay: server })).toBe(false);
    expect(passesOn(step, message, from, { isOwn: false, relay: null })).toBe(false);
  });

  it('for nobody that is known here is dropped', () => {
    const route = { isOwn: false, relay: null };
    expect(passesOn(step, { mode: fromClient, peerAddress: null }, client, route)).toBe(false);
    expect(passesOn(step, { mode: fromServer, peerAddress: client }, server, route)).toBe(false);
  });

  it('for this node itself is dealt with, and never sent to a third party', () => {
    const route = { isOwn: true, relay: null };
    expect(passesOn(step, { mode: fromRelay, peerAddress: client }, server, route)).toBe(true);
    expect(passesOn(step, { mode: fromServer, peerAddress: victim }, client, route)).toBe(false);
    const second = { mode: fromSecondRelay, peerAddress: client, relayAddress: victim };
    expect(passesOn(step, second, server, route)).toBe(false);
    expect(passesOn(step, { mode: fromClient, peerAddress: victim }, client, route)).toBe(
      step === 'handshake',
    );
  });
});
