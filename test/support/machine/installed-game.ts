/** A program in the Steam library of a home folder of its own: what a launcher starts, as far as MindMesh can see. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const steam = '.local/share/Steam/steamapps';

export class InstalledGame {
  readonly home: string;
  readonly program: string;
  #process: ChildProcess | undefined;

  private constructor(home: string, name: string) {
    this.home = home;
    this.program = join(home, steam, 'common', name, name.toLowerCase());
  }

  static async install(home: string, name: string): Promise<InstalledGame> {
    const game = new InstalledGame(home, name);
    await mkdir(dirname(game.program), { recursive: true });
    await writeFile(join(home, steam, 'libraryfolders.vdf'), '"libraryfolders" {}');
    await copyFile('/bin/sleep', game.program);
    await chmod(game.program, 0o755);
    return game;
  }

  /** The program runs when this returns. */
  start(): void {
    this.#process = spawn(this.program, ['1000'], { stdio: 'ignore' });
  }

  /** Starts as a script that becomes the program once it is told to go on. */
  startAsScript(): { goOn(): void } {
    const script = `read go; exec '${this.program}' 1000`;
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
    this.#process = shell;
    return { goOn: () => shell.stdin.end('go\n') };
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}
