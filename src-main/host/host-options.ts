/** Options of a host; the desktop app leaves most of them out. */
import type { RestartPolicy } from '../../src-shared/process/restart-policy.ts';
import type { ChangedSettings } from '../../src-shared/settings/settings.ts';
import type { AppFiles } from '../base/app-files.ts';
import type { KeepAwake } from './keep-awake.ts';
import type { LogLevel } from '../base/log.ts';
import type { FactSources } from '../sensors/fact-sources.ts';
import type { Presence } from '../sensors/presence.ts';

export type HostOptions = {
  /** Absent: the platform's usual folder. */
  readonly dataFolder?: string | undefined;
  /** Settings for this run alone; they replace the stored ones until those are changed. */
  readonly overrides?: ChangedSettings;
  readonly logLevel?: LogLevel;
  /**
   * Whether it works whatever the machine does. The machine is not watched then, and pauses of earlier runs are over.
   */
  readonly alwaysWork?: boolean;
  /** Whether nothing computes or connects until the owner has agreed, once for all starts; the desktop app asks. */
  readonly needsConsent?: boolean;
  /** The owner's presence as Electron knows it; absent: the system's tools are asked. */
  readonly presence?: () => Presence;
  /** Keeps the computer awake by Electron; absent: by the system's tool. */
  readonly keepAwake?: KeepAwake;
  /** Sensors in place of this system's, for tests. */
  readonly sources?: FactSources;
  /** The Node.js that runs the node process; absent: the one that runs this process. */
  readonly nodeCommand?: string;
  /** Paths in place of the app's own, for tests. */
  readonly files?: Partial<AppFiles>;
  readonly restartPolicy?: RestartPolicy;
};
