/** How a host may be composed; what is not said is as in the app. */
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
  /** Settings for this run alone; they go before the stored ones until those are changed. */
  readonly overrides?: ChangedSettings;
  readonly logLevel?: LogLevel;
  /** Works whatever the machine does, which then is not watched; pauses of earlier runs are over. */
  readonly alwaysWork?: boolean;
  /** Until the owner has agreed, once for all starts, nothing computes or connects; the desktop app asks. */
  readonly needsConsent?: boolean;
  /** What Electron knows of the owner's presence; without it, the system's tools are asked. */
  readonly presence?: () => Presence;
  /** Keeps the computer from sleeping, as Electron does; without it, the system's tool is run. */
  readonly keepAwake?: KeepAwake;
  /** Other sensors than those of this system, for tests. */
  readonly sources?: FactSources;
  /** A Node.js to run the node process with; absent: the one that runs this. */
  readonly nodeCommand?: string;
  /** Other places of the app's own files, for tests. */
  readonly files?: Partial<AppFiles>;
  readonly restartPolicy?: RestartPolicy;
};
