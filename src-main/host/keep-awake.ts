/**
 * Keeps the computer from going to sleep by itself while it serves, by the system's own tool; the desktop app asks
 * Electron instead. Sleep is prevented for as long as the tool runs, and the tool ends with this process, however
 * that ends. Without the tool the computer sleeps as it would, and the log says so once.
 */
import { Child, type ChildExit } from '../../src-shared/process/child.ts';
import type { Log } from '../base/log.ts';
import { powerShellArguments } from '../sensors/windows/watch.ts';
import { systemListWords } from '../../src-shared/words/words.ts';

export type KeepAwake = {
  /** Returns at once; repeating it changes nothing. */
  set(isOn: boolean): void;
  /** Stops for good. Resolves when no process is left. */
  stop(): Promise<void>;
};

/** A program that prevents sleep until it is ended, until its stdin ends, or until this process ends. */
type Tool = { readonly command: string; readonly args: readonly string[] };

export type KeepAwakeOptions = {
  readonly log: Pick<Log, 'write'>;
  /** A tool in place of this system's, for tests. */
  readonly tool?: Tool;
};

/** Time from the request to stop until the tool is killed, in milliseconds. */
const stopWithinMs = 1000;

export function keepAwake({
  log,
  tool = toolOf(process.platform, process.pid),
}: KeepAwakeOptions): KeepAwake {
  const living = new Set<Child>();
  let current: Child | undefined;
  let hasTold = false;
  let isStopped = false;

  const watch = async (child: Child): Promise<void> => {
    const exit = await child.exited;
    living.delete(child);
    // A tool that was asked to end is no longer the current one. A tool that failed is started again only when it is
    // next needed.
    if (current === child && !hasTold) {
      hasTold = true;
      log.write(
        'warn',
        'host',
        `This computer is not kept awake while it serves: ${tool.command} ${howItEnded(exit)}`,
      );
    }
  };
  const begin = (): void => {
    current = childOf(tool);
    living.add(current);
    void watch(current);
  };
  const set = (isOn: boolean): void => {
    if (isOn) {
      if (current === undefined && !isStopped) {
        begin();
      }
    } else {
      const child = current;
      current = undefined;
      void child?.stop();
    }
  };
  return {
    set,
    stop: async () => {
      isStopped = true;
      set(false);
      await Promise.all([...living].map(({ exited }) => exited));
    },
  };
}

/** One run of the tool, which counts as ready from its start on. */
function childOf({ command, args }: Tool): Child {
  return new Child({
    name: command,
    command,
    args,
    stdin: 'pipe',
    ownGroup: true,
    readyWithinMs: 0,
    stopWithinMs,
    whenReady: () => Promise.resolve(),
    askToStop: (child) => {
      child.stdin?.destroy();
      child.kill();
    },
  });
}

/** How the tool ended, in words that follow its name. */
function howItEnded({ error, code, signal }: ChildExit): string {
  if (error !== undefined) {
    const isMissing = 'code' in error && error.code === 'ENOENT';
    return isMissing ? 'is not installed' : `failed: ${error.message}`;
  }
  return signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
}

/** The tool of each system. It ends with the process `pid`. */
export function toolOf(platform: NodeJS.Platform, pid: number): Tool {
  if (platform === 'win32') {
    return { command: 'powershell.exe', args: powerShellArguments(windowsKeepAwakeScript(pid)) };
  }
  return platform === 'darwin'
    ? { command: 'caffeinate', args: ['-i', '-w', String(pid)] }
    : {
        command: 'systemd-inhibit',
        // Not "sleep", so that the owner may still send the computer to sleep. cat ends when its stdin does, and so
        // with this process.
        args: [
          '--what=idle',
          '--who=MindMesh',
          `--why=${systemListWords.keepsAwake}`,
          '--mode=block',
          'cat',
        ],
      };
}

/**
 * ES_CONTINUOUS (0x80000000) and ES_SYSTEM_REQUIRED (1) of SetThreadExecutionState (Windows API) hold as long as the
 * thread that sets them, which then waits for the process.
 */
function windowsKeepAwakeScript(pid: number): string {
  return `
$ErrorActionPreference = 'Stop'
$owner = [Diagnostics.Process]::GetProcessById(${pid})
Add-Type -Namespace MindMesh -Name Power -MemberDefinition @'
[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint flags);
'@
if ([MindMesh.Power]::SetThreadExecutionState(2147483649) -eq 0) { exit 1 }
$owner.WaitForExit()
`;
}
