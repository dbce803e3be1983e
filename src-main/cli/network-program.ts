/** The commands about the network itself: what each is called, takes and does. */
import type { Command } from 'commander';
import { parseAddress, parseCount } from './parse-options.ts';

export function addPeers(program: Command): void {
  program
    .command('peers')
    .description('who is in the mesh, how they are reached and what they host')
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { listPeers } = await import('./commands/peers.ts');
      await listPeers(command.optsWithGlobals());
    });
}

export function addBootstrap(program: Command): void {
  program
    .command('bootstrap')
    .description(
      'run a public node that others begin with, and that relays for those behind routers',
    )
    .option('--listen <address>', 'listen here (repeatable; default: port 6373)', parseAddress)
    .option('--peer <address>', 'another bootstrap node (repeatable)', parseAddress)
    .option('--pool-only', 'serve members of the own pools alone')
    .option('--max-connections <n>', 'connections at once (default: 2048)', parseCount)
    .option(
      '--max-relayed <n>',
      'nodes and connections that are relayed (default: 512)',
      parseCount,
    )
    .option('--bandwidth <kB/s>', 'most to relay (default: 25000)', parseCount)
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { bootstrap } = await import('./commands/bootstrap.ts');
      await bootstrap(command.optsWithGlobals());
    });
}
