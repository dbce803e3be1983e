import type { ConnectionEncrypter, MessageStream } from '@libp2p/interface';
import { describe, expect, it } from 'vitest';
import { joinWrites } from './joined-writes.ts';

type Sent = Parameters<MessageStream['send']>[0];

/** A list of buffers with these parts. */
function listOf(...parts: readonly Uint8Array[]): Sent {
  const whole = Buffer.concat(parts);
  return { byteLength: whole.byteLength, subarray: () => whole } as unknown as Sent;
}

/** The writes on the connection below when `data` is sent over a connection of the joining encrypter. */
async function given(data: Sent, side: 'secureInbound' | 'secureOutbound'): Promise<Sent[]> {
  const written: Sent[] = [];
  const connection = { send: (sent: Sent) => written.push(sent) < 2 };
  const secure = async () => await Promise.resolve({ connection });
  const plain = { secureInbound: secure, secureOutbound: secure } as unknown as ConnectionEncrypter;
  const secured = await joinWrites(() => plain)({})[side](connection as unknown as MessageStream);
  expect(secured.connection.send(data)).toBe(true);
  return written;
}

describe.each(['secureInbound', 'secureOutbound'] as const)('%s of a joining encrypter', (side) => {
  it('writes a header and its body as one', async () => {
    const list = listOf(Buffer.from('header'), Buffer.from('body'));
    expect(await given(list, side)).toEqual([Buffer.from('headerbody')]);
  });

  it('passes single buffers and long lists on as they are', async () => {
    const single = Buffer.from('alone');
    const long = listOf(Buffer.alloc(12), Buffer.alloc(64 * 1024));
    expect((await given(single, side))[0]).toBe(single);
    expect((await given(long, side))[0]).toBe(long);
  });
});
