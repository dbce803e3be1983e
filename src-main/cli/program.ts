/**
 * The command line: the name, the arguments and the options of each command. The code of a command is loaded when it
 * runs, so that `mindmesh status` does not load a web server.
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
import { helpWords } from '../../src-shared/words/help.ts';

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
    .description(helpWords.program.about)
    .version(appFiles().version)
    .option('--data <dir>', helpWords.program.data)
    .option('--verbose', helpWords.program.verbose)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: printPiece, writeErr: notePiece });
  addServe(program);
  addStatus(program);
  addDoctor(program);
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

/** The argument of `mindmesh pause` for each choice. */
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
    .description(helpWords.serve.about)
    .option('--shard <model[:first-last]>', helpWords.serve.shard, parseShard)
    .option('--no-shards', helpWords.serve.noShards)
    .option('--peer <address>', helpWords.serve.peer, parseAddress)
    .option('--listen <address>', helpWords.serve.listen, parseAddress)
    .option('--api-port <n>', helpWords.serve.apiPort, parsePort)
    .option('--window-port <n>', helpWords.serve.windowPort, parsePort)
    .option('--no-mdns', helpWords.serve.noMdns)
    .option('--pool-only', helpWords.serve.poolOnly)
    .option('--threads <n>', helpWords.serve.threads, parseThreads)
    .option('--no-window', helpWords.serve.noWindow)
    .option('--always-work', helpWords.serve.alwaysWork)
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
    .description(helpWords.status.about)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { status } = await import('./commands/status.ts');
      await status(command.optsWithGlobals());
    });
}

function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(helpWords.doctor.about)
    .option('--report <file>', helpWords.doctor.report)
    .option('--no-benchmark', helpWords.doctor.noBenchmark)
    .action(async (_flags, command: Command) => {
      const { doctor } = await import('./commands/doctor.ts');
      await doctor(command.optsWithGlobals());
    });
}

function addPause(program: Command): void {
  program
    .command('pause')
    .description(helpWords.pause.about)
    .addArgument(
      new Argument('[until]', helpWords.pause.until)
        .choices(Object.keys(pauseWords))
        .default('indefinitely'),
    )
    .action(async (until: keyof typeof pauseWords, _flags, command: Command) => {
      const { pause } = await import('./commands/pause.ts');
      await pause(pauseWords[until], command.optsWithGlobals());
    });
  program
    .command('resume')
    .description(helpWords.resume.about)
    .action(async (_flags, command: Command) => {
      const { resume } = await import('./commands/pause.ts');
      await resume(command.optsWithGlobals());
    });
}

function addChat(program: Command): void {
  const chatting = program
    .command('chat')
    .description(helpWords.chat.about)
    .argument('[message]')
    .option('--model <name>', helpWords.chat.model)
    .option('--system <text>', helpWords.chat.system)
    .option('--json', helpWords.chat.json);
  addRules(chatting).action(
    async (message: string | undefined, flags: RuleFlags, command: Command) => {
      const { chat } = await import('./commands/chat.ts');
      await chat(message, rulesOf(flags), command.optsWithGlobals());
    },
  );
}

function addSettings(program: Command): void {
  const settings = program.command('settings').description(helpWords.settings.about);
  settings
    .command('list')
    .description(helpWords.settings.list)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { listSettings } = await import('./commands/settings.ts');
      await listSettings(command.optsWithGlobals());
    });
  settings
    .command('get')
    .description(helpWords.settings.get)
    .argument('<name>')
    .action(async (name: string, _flags, command: Command) => {
      const { getSetting } = await import('./commands/settings.ts');
      await getSetting(name, command.optsWithGlobals());
    });
  settings
    .command('set')
    .description(helpWords.settings.set)
    .argument('<name>')
    .argument('<value>', helpWords.settings.value)
    .option('--json', helpWords.settings.json)
    .action(async (name: string, value: string, _flags, command: Command) => {
      const { setSetting } = await import('./commands/settings.ts');
      await setSetting(name, value, command.optsWithGlobals());
    });
  for (const change of ['add', 'remove'] as const) {
    settings
      .command(change)
      .description(helpWords.settings[change])
      .argument('<name>')
      .argument('<item>')
      .option('--json', helpWords.settings.json)
      .action(async (name: string, item: string, _flags, command: Command) => {
        const { changeList } = await import('./commands/settings.ts');
        await changeList(change, name, item, command.optsWithGlobals());
      });
  }
  settings
    .command('reset')
    .description(helpWords.settings.reset)
    .argument('<name>')
    .option('--json', helpWords.settings.json)
    .action(async (name: string, _flags, command: Command) => {
      const { resetSetting } = await import('./commands/settings.ts');
      await resetSetting(name, command.optsWithGlobals());
    });
}
