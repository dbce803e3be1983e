/** `mindmesh chat`: one question, or a conversation in a terminal. */
import { text as readAll } from 'node:stream/consumers';
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { ask, tellReceipt } from '../ask.ts';
import { chooseModel, findModel } from '../choose-model.ts';
import { converse } from '../converse.ts';
import { type HostConnection, waitForSnapshot } from '../host-connection.ts';
import { printJson } from '../terminal.ts';
import { type CommonOptions, useHost } from '../use-host.ts';

export type ChatOptions = CommonOptions & {
  readonly model?: string;
  readonly system?: string;
  readonly json?: boolean;
};

/** Loading a large model from a slow disk takes this long, in milliseconds; beyond it the chat is tried. */
const modelWithinMs = 60_000;

export async function chat(message: string | undefined, options: ChatOptions): Promise<void> {
  if (message === undefined && process.stdin.isTTY && options.json !== true) {
    await useHost(options, {}, async (connection) => {
      const model = await modelFor(connection, options.model);
      await converse(connection, model, systemMessages(options), {
        input: process.stdin,
        output: process.stdout,
      });
    });
    return;
  }
  const question = (message ?? (await readAll(process.stdin))).trim();
  if (question === '') {
    throw new AppError(
      'request-invalid',
      'There is nothing to ask: give a message, or pipe one in.',
    );
  }
  await useHost(options, {}, async (connection, signal) => {
    const model = await modelFor(connection, options.model);
    const messages = [...systemMessages(options), { role: 'user' as const, content: question }];
    const isJson = options.json === true;
    const answer = await ask(connection, model, messages, signal, (piece) => {
      if (!isJson) {
        process.stdout.write(piece);
      }
    });
    if (isJson) {
      printJson({ answer: answer.text, ...answer.receipt });
    } else {
      process.stdout.write('\n');
      tellReceipt(connection, answer.receipt);
    }
  });
}

function systemMessages({ system }: ChatOptions): ChatMessage[] {
  return system === undefined ? [] : [{ role: 'system', content: system }];
}

/** The wanted model once it can answer, or else the best one that can. */
async function modelFor(connection: HostConnection, wanted: string | undefined): Promise<string> {
  const sentence =
    'No model can answer yet: this machine hosts none completely, nor do the peers it knows. "mindmesh status" tells what is there.';
  const found = await waitForSnapshot(
    connection,
    ({ node }) => {
      if (node === null) {
        return undefined;
      }
      if (wanted === undefined) {
        return chooseModel(node.models);
      }
      const model = findModel(node.models, wanted);
      if (model === undefined && node.peers.length === 0) {
        throw new AppError(
          'model-not-found',
          `There is no model "${wanted}". "mindmesh models list" shows those that are there.`,
        );
      }
      return model?.available === true ? model : undefined;
    },
    modelWithinMs,
    sentence,
  );
  return found.manifestId;
}
