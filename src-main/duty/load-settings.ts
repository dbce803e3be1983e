/** The settings that say what is to be loaded, and how: a fault says nothing about other ones. Pure. */
import type { Settings } from '../../src-shared/settings/settings.ts';

export type LoadSettings = ReturnType<typeof loadSettings>;

export function loadSettings(settings: Settings) {
  const { shards, hosting, hostingMemoryGigabytes } = settings;
  const { backend, threads, contextLength, maxSessions } = settings;
  return { shards, hosting, hostingMemoryGigabytes, backend, threads, contextLength, maxSessions };
}
