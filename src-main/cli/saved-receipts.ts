/**
 * The receipts in what a client saved of an answer: the whole answer as JSON, the stream of it as it came, the field of
 * either, a list of receipts or one alone. Pure.
 */
import { z } from 'zod';
import { AppError } from '../../src-shared/errors.ts';
import { commandErrors } from '../../src-shared/words/command-line.ts';

/** An answer of the API, a piece of a streamed answer, or the field of either. */
const receiptsSchema = z.object({ receipts: z.array(z.unknown()).max(1024) });
const answerSchema = z.object({ x_mindmesh: receiptsSchema });

/** The last line of a stream has this in place of an object. */
const endOfStream = '[DONE]';

/**
 * @param name of what was saved, for sentences
 * @throws AppError `request-invalid` when nothing of the kind is saved there
 */
export function receiptsIn(text: string, name: string): readonly unknown[] {
  // No line of JSON begins like this, however the JSON is laid out.
  const isStream = /^data:/m.test(text);
  const found = isStream ? streamedReceipts(text, name) : receiptsOf(parsed(text, name));
  if (found.length === 0) {
    const message = isStream
      ? commandErrors.noReceiptInStream(name)
      : commandErrors.noReceipt(name);
    throw new AppError('request-invalid', message);
  }
  return found;
}

/**
 * Reads a stream of server-sent events, each of which is one line. Other lines are comments, or were added by the
 * client.
 */
function streamedReceipts(text: string, name: string): readonly unknown[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const data = /^data:(.*)$/.exec(line)?.[1]?.trim();
    if (data === undefined || data === endOfStream) {
      return [];
    }
    const piece = answerSchema.safeParse(parsed(data, commandErrors.lineOf(index + 1, name)));
    return piece.data?.x_mindmesh.receipts ?? [];
  });
}

function receiptsOf(json: unknown): readonly unknown[] {
  const answer = answerSchema.safeParse(json);
  const field = receiptsSchema.safeParse(answer.success ? answer.data.x_mindmesh : json);
  if (field.success) {
    return field.data.receipts;
  }
  return Array.isArray(json) ? json : [json];
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('request-invalid', commandErrors.notJson(name), { cause: error });
  }
}
