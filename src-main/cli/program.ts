/**
 * The command line: what each command is called, takes and does. A command's code is loaded when it is run:
 * the status is told without loading a web server.
 */
import { Argument, Command } from 'commander';
import type { PauseChoice } from '../../src-shared/duty.ts';
import type { HostedShard } from '../../src-shared/api/node-config.ts';
import type { ChangedSettings } from '../../src-shared/settings/settings.ts';
import { appFiles } from '../base/app-files.ts';
import { addModels, addPools, addRoute } from './mesh-program.ts';
import { addBootstrap, addPeers } from './network-program.ts';
import { addReceipts } from './receipt-program.ts';
import { parseAddress, parsePort, parseShard, parseThreads } from './parse-options.ts';
import { addRules, type RuleFlags, rulesOf } from './rule-options.ts';
import { ignoreClosedOutput, notePiece, printPiece, reportFailure } from './terminal.ts';

/** Runs one command. Sets the exit code; never throws. */
export async function run(args: readonly string[]): Promise<void> {
  ignoreClosedOutput();
  const program = mindmesh();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    reportFailure(error, program.opts()['verbose'] === true);
  }
}

/** All commands, ready to parse a line. */
export function mindmesh(): Command {
  const program = new Command('mindmesh')
    .description('Runs open language models over a mesh of machines.')
    .version(appFiles().version)
    .option('--data <dir>', "folder for everything it keeps (default: the platform's usual one)")
    .option('--verbose', 'show what lies behind an error, and log more')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: printPiece, writeErr: notePiece });
  addServe(program);
  addStatus(program);
  addPause(program);
  addChat(program);
  addModels(program);
  addPeers(program);
  addRoute(program);
  addPools(program);
  addSettings(program);
  addBootstrap(program);
  addReceipts(program);
  return program;
}

/** What is typed for each choice. */
const pauseWords = {
  '1h': '1 hour',
  tomorrow: 'until tomorrow',
  restart: 'until restart',
  indefinitely: 'indefinitely',
  finish: 'finish then pause',
} as const satisfies Record<string, PauseChoice>;

type ServeFlags = {
  shard?: HostedShard[];
  shards: boolean;
  peer?: string[];
  listen?: string[];
  apiPort?: number;
  windowPort?: number;
  mdns: boolean;
  poolOnly?: boolean;
  threads?: number;
  window: boolean;
  alwaysWork?: boolean;
};

function addServe(program: Command): void {
  program
    .command('serve')
    .description('run MindMesh until it is stopped')
    .option('--shard <model[:first-last]>', 'host these layers of a model (repeatable)', parseShard)
    .option('--no-shards', 'host nothing; only ask')
    .option('--peer <address>', 'keep a connection to this peer (repeatable)', parseAddress)
    .option('--listen <address>', 'listen here for peers (repeatable)', parseAddress)
    .option('--api-port <n>', 'port of the OpenAI-compatible API', parsePort)
    .option('--window-port <n>', 'port of the window', parsePort)
    .option('--no-mdns', 'do not look for peers on the local network')
    .option('--pool-only', 'talk to members of the own pools alone')
    .option('--threads <n>', 'threads of each engine', parseThreads)
    .option('--no-window', 'serve no window in the browser')
    .option('--always-work', 'never pause by itself, whatever this computer is used for')
    .action(async (flags: ServeFlags, command: Command) => {
      const { serve } = await import('./commands/serve.ts');
      await serve({
        ...command.optsWithGlobals(),
        overrides: overridesOf(flags),
        window: flags.window,
        alwaysWork: flags.alwaysWork === true,
      });
    });
}

function overridesOf(flags: ServeFlags): ChangedSettings {
  const { peer: peers, listen, apiPort, windowPort, threads } = flags;
  return {
    ...(flags.shards ? {} : { shards: [] }),
    ...(flags.shard === undefined ? {} : { shards: flags.shard }),
    ...(flags.mdns ? {} : { mdns: false }),
    ...(flags.poolOnly === true ? { poolOnly: true } : {}),
    ...Object.fromEntries(
      Object.entries({ peers, listen, apiPort, windowPort, threads }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
  };
}

function addStatus(program: Command): void {
  program
    .command('status')
    .description('tell what runs, and print a new address of the window')
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { status } = await import('./commands/status.ts');
      await status(command.optsWithGlobals());
    });
}

function addPause(program: Command): void {
  program
    .command('pause')
    .description('stop working for others; answers under way are finished first')
    .addArgument(
      new Argument('[until]', 'how long: an hour, until tomorrow, … or when answers are finished')
        .choices(Object.keys(pauseWords))
        .default('indefinitely'),
    )
    .action(async (until: keyof typeof pauseWords, _flags, command: Command) => {
      const { pause } = await import('./commands/pause.ts');
      await pause(pauseWords[until], command.optsWithGlobals());
    });
  program
    .command('resume')
    .description('end a pause')
    .action(async (_flags, command: Command) => {
      const { resume } = await import('./commands/pause.ts');
      await resume(command.optsWithGlobals());
    });
}

function addChat(program: Command): void {
  const chatting = program
    .command('chat')
    .description('ask a question, or converse when none is given')
    .argument('[message]')
    .option('--model <name>', 'which model to ask (default: the largest that can answer)')
    .option('--system <text>', 'what the model is told beforehand')
    .option('--json', 'one line of JSON instead of the streamed answer');
  addRules(chatting).action(
    async (message: string | undefined, flags: RuleFlags, command: Command) => {
      const { chat } = await import('./commands/chat.ts');
      await chat(message, rulesOf(flags), command.optsWithGlobals());
    },
  );
}

function addSettings(program: Command): void {
  const settings = program.command('settings').description('what this machine should do');
  settings
    .command('list')
    .description('all settings with their values, their defaults and what they mean')
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { listSettings } = await import('./commands/settings.ts');
      await listSettings(command.optsWithGlobals());
    });
  settings
    .command('get')
    .description('one setting, as JSON')
    .argument('<name>')
    .action(async (name: string, _flags, command: Command) => {
      const { getSetting } = await import('./commands/settings.ts');
      await getSetting(name, command.optsWithGlobals());
    });
  settings
    .command('set')
    .description('change one setting')
    .argument('<name>')
    .argument('<value>', 'as "list" prints it, or JSON')
    .option('--json', 'one line of JSON with all settings')
    .action(async (name: string, value: string, _flags, command: Command) => {
      const { setSetting } = await import('./commands/settings.ts');
      await setSetting(name, value, command.optsWithGlobals());
    });
  for (const change of ['add', 'remove'] as const) {
    settings
      .command(change)
      .description(change === 'add' ? 'add to a list, such as exclusiveApps' : 'take out of a list')
      .argument('<name>')
      .argument('<item>')
      .option('--json', 'one line of JSON with all settings')
      .action(async (name: string, item: string, _flags, command: Command) => {
        const { changeList } = await import('./commands/settings.ts');
        await changeList(change, name, item, command.optsWithGlobals());
      });
  }
  settings
    .command('reset')
    .description('set one setting back to its default')
    .argument('<name>')
    .option('--json', 'one line of JSON with all settings')
    .action(async (name: string, _flags, command: Command) => {
      const { resetSetting } = await import('./commands/settings.ts');
      await resetSetting(name, command.optsWithGlobals());
    });
}
