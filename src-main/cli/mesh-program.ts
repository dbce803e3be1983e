/** The part of the command line that is about models, routes and pools. */
import type { Command } from 'commander';
import { parseInviteLife, parseLayers, parseRole, parseUses } from './parse-options.ts';
import { addRules, type RuleFlags, rulesOf } from './rule-options.ts';

/** `mindmesh models`. */
export function addModels(program: Command): void {
  const models = program.command('models').description('the models this machine knows');
  models
    .command('list')
    .description('all models, own ones and those of peers')
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { listModels } = await import('./commands/models.ts');
      await listModels(command.optsWithGlobals());
    });
  models
    .command('catalog')
    .description('models that can be downloaded')
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { listCatalog } = await import('./commands/models.ts');
      await listCatalog(command.optsWithGlobals());
    });
  models
    .command('download')
    .description('fetch a model of the catalog, or layers of a model that peers have')
    .argument('<name>', 'id or name; "mindmesh models catalog" and "list" show them')
    .option('--layers <first-last>', 'these layers alone, of a model that peers have', parseLayers)
    .option('--json', 'one line of JSON')
    .action(async (name: string, _flags, command: Command) => {
      const { downloadModel } = await import('./commands/models.ts');
      await downloadModel(name, command.optsWithGlobals());
    });
  models
    .command('cancel')
    .description('end a download')
    .argument('<name>')
    .action(async (name: string, _flags, command: Command) => {
      const { cancelDownload } = await import('./commands/models.ts');
      await cancelDownload(name, command.optsWithGlobals());
    });
  models
    .command('import')
    .description('add a GGUF file; it stays where it is')
    .argument('<path>')
    .option('--name <name>', 'what to call it; a model may have several names')
    .option('--host', 'have this machine answer with it')
    .option('--json', 'one line of JSON')
    .action(async (path: string, _flags, command: Command) => {
      const { importModel } = await import('./commands/models.ts');
      await importModel(path, command.optsWithGlobals());
    });
  models
    .command('host')
    .description('have this machine answer with a model')
    .argument('<name>', 'its name, alias or id')
    .option('--layers <first-last>', 'these layers alone', parseLayers)
    .action(async (name: string, _flags, command: Command) => {
      const { hostModel } = await import('./commands/host-model.ts');
      await hostModel(name, command.optsWithGlobals());
    });
  models
    .command('unhost')
    .description('answer with a model no more; it stays in the library')
    .argument('<name>', 'its name, alias or id')
    .action(async (name: string, _flags, command: Command) => {
      const { unhostModel } = await import('./commands/host-model.ts');
      await unhostModel(name, command.optsWithGlobals());
    });
  models
    .command('remove')
    .description('forget a model and delete what was fetched of it; a file that you imported stays')
    .argument('<name>')
    .option('--json', 'one line of JSON')
    .action(async (name: string, _flags, command: Command) => {
      const { removeModel } = await import('./commands/models.ts');
      await removeModel(name, command.optsWithGlobals());
    });
}

/** `mindmesh route`. */
export function addRoute(program: Command): void {
  const route = program
    .command('route')
    .description('the peers that would answer a question now, and what they were chosen by')
    .argument('<model>', 'its name, alias or id')
    .option('--json', 'one line of JSON');
  addRules(route).action(async (model: string, flags: RuleFlags, command: Command) => {
    const { showRoute } = await import('./commands/route.ts');
    await showRoute(model, rulesOf(flags), command.optsWithGlobals());
  });
}

/** `mindmesh pool`. */
export function addPools(program: Command): void {
  const pool = program.command('pool').description('meshes for certain people alone');
  pool
    .command('create')
    .description('make a pool; this machine keeps its key')
    .argument('<name>')
    .option('--as <name>', 'what members call this machine')
    .option('--json', 'one line of JSON')
    .action(async (name: string, _flags, command: Command) => {
      const { createPool } = await import('./commands/pool.ts');
      await createPool(name, command.optsWithGlobals());
    });
  pool
    .command('invite')
    .description('make a link that lets somebody in')
    .argument('[pool]', 'needless for who is in one pool only')
    .option('--role <role>', 'admin, member or guest (default: member)', parseRole)
    .option('--uses <n>', 'how many may join by it (default: 1)', parseUses)
    .option('--expires <time>', '30m, 12h, 7d (default: 24h)', parseInviteLife)
    .option('--json', 'one line of JSON')
    .action(async (name: string | undefined, _flags, command: Command) => {
      const { invite } = await import('./commands/pool.ts');
      await invite(name, command.optsWithGlobals());
    });
  pool
    .command('join')
    .description('enter a pool by an invite')
    .argument('<link>')
    .option('--as <name>', 'what members call this machine')
    .option('--json', 'one line of JSON')
    .action(async (link: string, _flags, command: Command) => {
      const { joinPool } = await import('./commands/pool.ts');
      await joinPool(link, command.optsWithGlobals());
    });
  pool
    .command('list')
    .description('the pools of this machine, their members and open invites')
    .option('--json', 'one line of JSON')
    .action(async (_flags, command: Command) => {
      const { listPools } = await import('./commands/pool.ts');
      await listPools(command.optsWithGlobals());
    });
  pool
    .command('revoke')
    .description('remove a member, or close an invite')
    .argument('<member>', 'name or end of the peer id; or the id of an invite')
    .option('--pool <pool>', 'needless for who is in one pool only')
    .option('--json', 'one line of JSON')
    .action(async (target: string, _flags, command: Command) => {
      const { revoke } = await import('./commands/pool.ts');
      await revoke(target, command.optsWithGlobals());
    });
  pool
    .command('offer')
    .description(
      'offer a model of this machine to the members of a pool; "models catalog" shows it',
    )
    .argument('<model>', 'name, alias or id')
    .requiredOption('--licence <name>', 'for example "Apache-2.0"')
    .option('--url <address>', 'where the same GGUF file lies on the web')
    .option('--pool <pool>', 'needless for who is in one pool only')
    .option('--json', 'one line of JSON')
    .action(async (model: string, _flags, command: Command) => {
      const { offerModel } = await import('./commands/pool.ts');
      await offerModel(model, command.optsWithGlobals());
    });
  pool
    .command('withdraw')
    .description('offer a model no more; who has it keeps it')
    .argument('<id>', 'as "models catalog" shows it')
    .option('--pool <pool>', 'needless for who is in one pool only')
    .option('--json', 'one line of JSON')
    .action(async (id: string, _flags, command: Command) => {
      const { withdrawModel } = await import('./commands/pool.ts');
      await withdrawModel(id, command.optsWithGlobals());
    });
  pool
    .command('leave')
    .description('leave a pool and forget it')
    .argument('<pool>')
    .option('--for-good', 'even though this machine holds its key')
    .option('--json', 'one line of JSON')
    .action(async (name: string, _flags, command: Command) => {
      const { leavePool } = await import('./commands/pool.ts');
      await leavePool(name, command.optsWithGlobals());
    });
}
