/** The commands about receipts: what each is called, takes and does. */
import type { Command } from 'commander';
import { helpWords } from '../../src-shared/words/help.ts';

export function addReceipts(program: Command): void {
  program
    .command('receipt')
    .description(helpWords.receipt.about)
    .command('verify')
    .description(helpWords.receipt.verify)
    .argument('<file>', helpWords.receipt.file)
    .option('--json', helpWords.program.json)
    .action(async (file: string, _flags, command: Command) => {
      const { verifyReceipts } = await import('./commands/receipt.ts');
      await verifyReceipts(file, command.optsWithGlobals());
    });
}
