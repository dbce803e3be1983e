/** Keeps the one PowerShell running that reads Windows' facts, and passes its sections to the sensors. */
import type { SingleReason } from '../../../src-shared/missing-reason.ts';
import { everyMs } from '../fact-sources.ts';
import { LineTool } from '../line-tool.ts';
import { AlertFile } from './alert-file.ts';
import { type WindowsSections, WindowsRecords } from './records.ts';
import { windowsScript } from './script.ts';

export type WindowsWatchOptions = {
  /** Whether a game that starts may need memory that engines have. */
  readonly hasEngines: () => boolean;
  readonly alert?: AlertFile;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly silentWithinMs?: number;
};

/** The first lines come only after PowerShell has compiled a part of the script, in milliseconds. */
const defaultSilentWithinMs = 60_000;

export class WindowsWatch {
  readonly #records = new WindowsRecords();
  readonly #tool: LineTool;
  readonly #hasEngines: () => boolean;
  readonly #alert: AlertFile;

  #onChange: (() => void) | undefined;
  /** Restarts, one after another. */
  #restarts: Promise<void> = Promise.resolve();

  constructor({
    hasEngines,
    alert = new AlertFile(),
    command = 'powershell.exe',
    args = powerShellArguments(
      windowsScript({
        everyMs: everyMs.glance,
        startsEveryMs: everyMs.start,
        alertFile: alert.path,
      }),
    ),
    silentWithinMs = defaultSilentWithinMs,
  }: WindowsWatchOptions) {
    this.#hasEngines = hasEngines;
    this.#alert = alert;
    this.#tool = new LineTool({
      name: 'PowerShell',
      command,
      args,
      silentWithinMs,
      onLine: (line) => {
        const isUnderstood = this.#records.push(line);
        if (/^(?:end|start)\t/.test(line)) {
          this.#onChange?.();
        }
        return isUnderstood;
      },
      onTrouble: (reason) => this.#forget(reason),
    });
  }

  get sections(): WindowsSections {
    return this.#records.sections;
  }

  start(onChange: () => void): void {
    this.#onChange = onChange;
    this.#tool.start();
  }

  async stop(): Promise<void> {
    this.#onChange = undefined;
    this.#alert.set(false);
    await this.#restarts;
    await this.#tool.stop();
  }

  retime(): void {
    this.#alert.set(this.#onChange !== undefined && this.#hasEngines());
  }

  /** Processes are reported only when they start or end, so forgetting them means a restart of the script. */
  refresh(): void {
    this.#forget({ code: 'asked-anew', tool: 'Windows' });
    this.#restarts = this.#restart(this.#restarts);
  }

  async #restart(before: Promise<void>): Promise<void> {
    await before;
    await this.#tool.stop();
    if (this.#onChange !== undefined) {
      this.#tool.start();
    }
  }

  #forget(reason: SingleReason): void {
    this.#records.forget(reason);
    this.#onChange?.();
  }
}

/** Arguments that pass a script to PowerShell as base64 of UTF-16, which needs no quoting. */
export function powerShellArguments(script: string): readonly string[] {
  return [
    '-NoLogo',
    '-NoProfile',
    '-NonInteractive',
    '-EncodedCommand',
    Buffer.from(script, 'utf16le').toString('base64'),
  ];
}
