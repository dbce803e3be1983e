/** The part of the command line that is about models, routes and pools. */
import type { Command } from 'commander';
import { parseInviteLife, parseLayers, parseRole, parseUses } from './parse-options.ts';
import { addRules, type RuleFlags, rulesOf } from './rule-options.ts';
import { helpWords } from '../../src-shared/words/help.ts';

/** `mindmesh models`. */
export function addModels(program: Command): void {
  const models = program.command('models').description(helpWords.models.about);
  models
    .command('list')
    .description(helpWords.models.list)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { listModels } = await import('./commands/models.ts');
      await listModels(command.optsWithGlobals());
    });
  models
    .command('catalog')
    .description(helpWords.models.catalog)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { listCatalog } = await import('./commands/models.ts');
      await listCatalog(command.optsWithGlobals());
    });
  models
    .command('download')
    .description(helpWords.models.download)
    .argument('<name>', helpWords.models.downloadName)
    .option('--layers <first-last>', helpWords.models.downloadLayers, parseLayers)
    .option('--json', helpWords.program.json)
    .action(async (name: string, _flags, command: Command) => {
      const { downloadModel } = await import('./commands/models.ts');
      await downloadModel(name, command.optsWithGlobals());
    });
  models
    .command('cancel')
    .description(helpWords.models.cancel)
    .argument('<name>')
    .action(async (name: string, _flags, command: Command) => {
      const { cancelDownload } = await import('./commands/models.ts');
      await cancelDownload(name, command.optsWithGlobals());
    });
  models
    .command('import')
    .description(helpWords.models.import)
    .argument('<path>')
    .option('--name <name>', helpWords.models.importName)
    .option('--host', helpWords.models.importHost)
    .option('--json', helpWords.program.json)
    .action(async (path: string, _flags, command: Command) => {
      const { importModel } = await import('./commands/models.ts');
      await importModel(path, command.optsWithGlobals());
    });
  models
    .command('host')
    .description(helpWords.models.host)
    .argument('<name>', helpWords.models.name)
    .option('--layers <first-last>', helpWords.models.hostLayers, parseLayers)
    .action(async (name: string, _flags, command: Command) => {
      const { hostModel } = await import('./commands/host-model.ts');
      await hostModel(name, command.optsWithGlobals());
    });
  models
    .command('unhost')
    .description(helpWords.models.unhost)
    .argument('<name>', helpWords.models.name)
    .action(async (name: string, _flags, command: Command) => {
      const { unhostModel } = await import('./commands/host-model.ts');
      await unhostModel(name, command.optsWithGlobals());
    });
  models
    .command('remove')
    .description(helpWords.models.remove)
    .argument('<name>')
    .option('--json', helpWords.program.json)
    .action(async (name: string, _flags, command: Command) => {
      const { removeModel } = await import('./commands/models.ts');
      await removeModel(name, command.optsWithGlobals());
    });
}

/** `mindmesh route`. */
export function addRoute(program: Command): void {
  const route = program
    .command('route')
    .description(helpWords.route.about)
    .argument('<model>', helpWords.route.model)
    .option('--json', helpWords.program.json);
  addRules(route).action(async (model: string, flags: RuleFlags, command: Command) => {
    const { showRoute } = await import('./commands/route.ts');
    await showRoute(model, rulesOf(flags), command.optsWithGlobals());
  });
}

/** `mindmesh pool`. */
export function addPools(program: Command): void {
  const pool = program.command('pool').description(helpWords.pool.about);
  pool
    .command('create')
    .description(helpWords.pool.create)
    .argument('<name>')
    .option('--as <name>', helpWords.pool.memberName)
    .option('--json', helpWords.program.json)
    .action(async (name: string, _flags, command: Command) => {
      const { createPool } = await import('./commands/pool.ts');
      await createPool(name, command.optsWithGlobals());
    });
  pool
    .command('invite')
    .description(helpWords.pool.invite)
    .argument('[pool]', helpWords.pool.pool)
    .option('--role <role>', helpWords.pool.role, parseRole)
    .option('--uses <n>', helpWords.pool.uses, parseUses)
    .option('--expires <time>', helpWords.pool.expires, parseInviteLife)
    .option('--json', helpWords.program.json)
    .action(async (name: string | undefined, _flags, command: Command) => {
      const { invite } = await import('./commands/pool.ts');
      await invite(name, command.optsWithGlobals());
    });
  pool
    .command('join')
    .description(helpWords.pool.join)
    .argument('<link>')
    .option('--as <name>', helpWords.pool.memberName)
    .option('--json', helpWords.program.json)
    .action(async (link: string, _flags, command: Command) => {
      const { joinPool } = await import('./commands/pool.ts');
      await joinPool(link, command.optsWithGlobals());
    });
  pool
    .command('list')
    .description(helpWords.pool.list)
    .option('--json', helpWords.program.json)
    .action(async (_flags, command: Command) => {
      const { listPools } = await import('./commands/pool.ts');
      await listPools(command.optsWithGlobals());
    });
  pool
    .command('revoke')
    .description(helpWords.pool.revoke)
    .argument('<member>', helpWords.pool.target)
    .option('--pool <pool>', helpWords.pool.pool)
    .option('--json', helpWords.program.json)
    .action(async (target: string, _flags, command: Command) => {
      const { revoke } = await import('./commands/pool.ts');
      await revoke(target, command.optsWithGlobals());
    });
  pool
    .command('offer')
    .description(helpWords.pool.offer)
    .argument('<model>', helpWords.pool.model)
    .requiredOption('--licence <name>', helpWords.pool.licence)
    .option('--url <address>', helpWords.pool.url)
    .option('--pool <pool>', helpWords.pool.pool)
    .option('--json', helpWords.program.json)
    .action(async (model: string, _flags, command: Command) => {
      const { offerModel } = await import('./commands/pool.ts');
      await offerModel(model, command.optsWithGlobals());
    });
  pool
    .command('withdraw')
    .description(helpWords.pool.withdraw)
    .argument('<id>', helpWords.pool.id)
    .option('--pool <pool>', helpWords.pool.pool)
    .option('--json', helpWords.program.json)
    .action(async (id: string, _flags, command: Command) => {
      const { withdrawModel } = await import('./commands/pool.ts');
      await withdrawModel(id, command.optsWithGlobals());
    });
  pool
    .command('leave')
    .description(helpWords.pool.leave)
    .argument('<pool>')
    .option('--for-good', helpWords.pool.forGood)
    .option('--json', helpWords.program.json)
    .action(async (name: string, _flags, command: Command) => {
      const { leavePool } = await import('./commands/pool.ts');
      await leavePool(name, command.optsWithGlobals());
    });
}
