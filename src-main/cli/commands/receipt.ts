/** `mindmesh receipt verify`: what the signatures in a saved receipt prove. Works without a node, and without a network. */
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors.ts';
import { fileProblem } from '../../../src-shared/files/file-problem.ts';
import { checkReceipt, isGenuine } from '../../../src-shared/receipt/check-receipt.ts';
import { exitCodes, print, printJson } from '../terminal.ts';
import { commandErrors, receiptCheckLines } from '../../../src-shared/words/command-line.ts';

/** A long answer with log-probabilities has a few megabytes. */
const maxFileBytes = 32 * 1024 * 1024;

/** An answer of the API, or its field. */
const receiptsSchema = z.object({ receipts: z.array(z.unknown()).max(1024) });
const answerSchema = z.object({ x_mindmesh: receiptsSchema });

export async function verifyReceipts(
  path: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const checked = receiptsIn(await readJson(path)).map(checkReceipt);
  if (checked.length === 0) {
    throw new AppError('request-invalid', commandErrors.noReceipt(path));
  }
  if (options.json === true) {
    printJson(checked.map((each) => ({ ...each, genuine: isGenuine(each) })));
  } else {
    print(checked.flatMap(receiptCheckLines));
  }
  if (!checked.every(isGenuine)) {
    process.exitCode = exitCodes.failed;
  }
}

/** All receipts of an answer, of its field or of a list, or the one that it is. */
function receiptsIn(json: unknown): readonly unknown[] {
  const answer = answerSchema.safeParse(json);
  const field = receiptsSchema.safeParse(answer.success ? answer.data.x_mindmesh : json);
  if (field.success) {
    return field.data.receipts;
  }
  return Array.isArray(json) ? json : [json];
}

async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('request-invalid', commandErrors.notJson(path), { cause: error });
  }
}

async function readText(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxFileBytes) {
        throw new Error(commandErrors.receiptTooLarge);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new AppError('request-invalid', commandErrors.notRead(path, fileProblem(error)), {
      cause: error,
    });
  }
}
