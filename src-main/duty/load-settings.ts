/** The settings that decide what is loaded, and how. A fault says nothing about other values of them. Pure. */
import type { Settings } from '../../src-shared/settings/settings.ts';

export type LoadSettings = ReturnType<typeof loadSettings>;

export function loadSettings(settings: Settings) {
  const { shards, hosting, hostingMemoryGigabytes } = settings;
  const { backend, threads, contextLength, maxSessions } = settings;
  return { shards, hosting, hostingMemoryGigabytes, backend, threads, contextLength, maxSessions };
}
