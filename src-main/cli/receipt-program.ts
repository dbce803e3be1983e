/** The commands about receipts: what each is called, takes and does. */
import type { Command } from 'commander';

export function addReceipts(program: Command): void {
  program
    .command('receipt')
    .description('look into the receipts of answers')
    .command('verify')
    .description('check that nothing in a saved receipt was changed, without asking anybody')
    .argument('<file>', 'a receipt, a whole answer of the API, or its saved stream')
    .option('--json', 'one line of JSON')
    .action(async (file: string, _flags, command: Command) => {
      const { verifyReceipts } = await import('./commands/receipt.ts');
      await verifyReceipts(file, command.optsWithGlobals());
    });
}
