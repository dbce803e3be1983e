/** Reads the current value of a topic. */
import type { HostApi } from '../../src-shared/api/host-api.ts';
import type { Topic, TopicValues } from '../../src-shared/api/topics.ts';
import type { RpcClient } from '../../src-shared/rpc/client.ts';

/** Watches the topic until its first value has come. @throws AppError as `RpcClient.call` */
export async function newestOf<T extends Topic>(
  client: Pick<RpcClient<HostApi>, 'stream'>,
  topic: T,
): Promise<TopicValues[T]> {
  const end = new AbortController();
  try {
    return await new Promise<TopicValues[T]>((resolve, reject) => {
      client
        .stream(
          'watch',
          { topics: [topic] },
          {
            signal: end.signal,
            onEvent: ({ value }) => resolve(value as TopicValues[T]),
          },
        )
        .catch(reject);
    });
  } finally {
    end.abort();
  }
}
