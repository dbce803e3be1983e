/** `mindmesh receipt verify`: what the signatures in a saved receipt prove. Works without a node, and without a network. */
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import { checkReceipt, isGenuine } from '../../../src-shared/receipt/check-receipt.ts';
import { exitCodes, print, printJson } from '../terminal.ts';
import { commandErrors, receiptCheckLines } from '../../../src-shared/words/command-line.ts';
import { receiptsIn } from '../saved-receipts.ts';

/** A long answer with log-probabilities has a few megabytes, its stream several times as many. */
const maxFileBytes = 32 * 1024 * 1024;

export async function verifyReceipts(
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const checked = receiptsIn(await readText(path), path).map(checkReceipt);
  if (options.json === true) {
    printJson(checked.map((each) => ({ ...each, genuine: isGenuine(each) })));
  } else {
    print(checked.flatMap(receiptCheckLines));
  }
  if (!checked.every(isGenuine)) {
    process.exitCode = exitCodes.failed;
  }
}

async function readText(path: string): Promise<string> {
  try {
    // One byte more than the limit is read, so that a file that is too large shows. A pipe has no size to look at.
    const bytes = await buffer(createReadStream(path, { end: maxFileBytes }));
    if (bytes.length > maxFileBytes) {
      throw new Error(commandErrors.receiptTooLarge);
    }
    return bytes.toString('utf8');
  } catch (error) {
    throw new AppError('request-invalid', commandErrors.notRead(path, fileProblem(error)), {
      cause: error,
    });
  }
}
