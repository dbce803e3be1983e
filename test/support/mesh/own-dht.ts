/** A DHT on 127.0.0.1 for tests: no test asks the public one. */
import { onTestFinished } from 'vitest';
import { type OwnDht, startOwnDht } from '../../../src-worker/node/mesh/transport/udx/own-dht.ts';

/** Ports of tests that run at the same time do not meet: each tries a range picked at random. */
export async function testDht(): Promise<OwnDht> {
  for (;;) {
    const port = 20_000 + 8 * Math.floor(Math.random() * 1500);
    try {
      const dht = await startOwnDht({ host: '127.0.0.1', port });
      onTestFinished(() => dht.stop());
      return dht;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'port-taken')) {
        throw error;
      }
    }
  }
}
