/** The commands about the network itself: what each is called, takes and does. */
import type { Command } from 'commander';
import { parseAddress, parseCount, parseDhtAddress } from './parse-options.ts';
import { helpWords } from '../../src-shared/words/help.ts';

export function addPeers(program: Command): void {
  program
    .command('peers')
    .description(helpWords.peers.about)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { listPeers } = await import('./commands/peers.ts');
      await listPeers(command.optsWithGlobals());
    });
}

export function addBootstrap(program: Command): void {
  program
    .command('bootstrap')
    .description(helpWords.bootstrap.about)
    .option('--listen <address>', helpWords.bootstrap.listen, parseAddress)
    .option('--peer <address>', helpWords.bootstrap.peer, parseAddress)
    .option('--pool-only', helpWords.bootstrap.poolOnly)
    .option('--max-connections <n>', helpWords.bootstrap.maxConnections, parseCount)
    .option('--max-relayed <n>', helpWords.bootstrap.maxRelayed, parseCount)
    .option('--bandwidth <kB/s>', helpWords.bootstrap.bandwidth, parseCount)
    .option('--dht <host:port>', helpWords.bootstrap.dht, parseDhtAddress)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { bootstrap } = await import('./commands/bootstrap.ts');
      await bootstrap(command.optsWithGlobals());
    });
}
