/** What a command needs of a host, whether it runs in this process or in another one. */
import type { ChatEvent, ChatRequestInput } from '../../src-shared/chat.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { HostMethod, HostParams, HostResult } from '../../src-shared/api/host-api.ts';
import type { Topic, TopicValues } from '../../src-shared/api/topics.ts';
import type { HostSnapshot } from '../../src-shared/api/snapshot.ts';
import { waitsForConsent } from '../../src-shared/waits-for-consent.ts';
import { hostErrors } from '../../src-shared/words/errors.ts';

export type HostConnection = {
  /** @throws AppError `not-running` when the host is gone */
  snapshot(): HostSnapshot;
  /** Returns a function that ends the calls. */
  onSnapshot(listener: () => void): () => void;
  /** @throws AppError the host's error, or `not-running` when it is gone */
  call<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>>;
  /** The current value of a topic. */
  topic<T extends Topic>(topic: T): Promise<TopicValues[T]>;
  chat(
    request: ChatRequestInput,
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Closes the connection. A host that this process runs for itself stops. */
  close(): Promise<void>;
};

/**
 * Resolves with the first snapshot for which `choose` gives something.
 *
 * @throws AppError `timed-out` with the given sentence, `not-running` when the host ends meanwhile or its owner has not
 * agreed yet, and what `choose` throws
 */
export function waitForSnapshot<T>(
  connection: Pick<HostConnection, 'snapshot' | 'onSnapshot'>,
  choose: (snapshot: HostSnapshot) => T | null | undefined,
  withinMs: number,
  sentence: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      forget();
      settle();
    };
    const look = (): void => {
      try {
        const snapshot = connection.snapshot();
        if (snapshot.state === 'stopping') {
          throw new AppError('not-running', hostErrors.stopping);
        }
        if (snapshot.consent === 'needed') {
          throw waitsForConsent();
        }
        const chosen = choose(snapshot);
        if (chosen !== undefined && chosen !== null) {
          end(() => resolve(chosen));
        }
      } catch (error) {
        end(() => reject(error));
      }
    };
    const timer = setTimeout(
      () => end(() => reject(new AppError('timed-out', sentence))),
      withinMs,
    );
    const forget = connection.onSnapshot(look);
    look();
  });
}
