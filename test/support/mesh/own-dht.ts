/** A DHT on 127.0.0.1 for tests: no test asks the public one. */
import { onTestFinished } from 'vitest';
import { type OwnDht, startOwnDht } from '../../../src-worker/node/mesh/transport/udx/own-dht.ts';

export async function testDht(): Promise<OwnDht> {
  const { dht } = await startSomewhere();
  onTestFinished(() => dht.stop());
  return dht;
}

/** The first of the UDP ports that a DHT can take. */
export async function freeDhtPort(): Promise<number> {
  const { dht, port } = await startSomewhere();
  await dht.stop();
  return port;
}

/** Tests that run at the same time do not meet: each tries ports picked at random. */
async function startSomewhere(): Promise<{ readonly dht: OwnDht; readonly port: number }> {
  for (;;) {
    const port = 20_000 + 8 * Math.floor(Math.random() * 1500);
    try {
      return { dht: await startOwnDht({ host: '127.0.0.1', port }), port };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'port-taken')) {
        throw error;
      }
    }
  }
}
