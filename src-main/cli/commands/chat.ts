/** `mindmesh chat`: one question, or a conversation in a terminal. */
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatMessage } from '../../../src-shared/chat.ts';
import { localNow } from '../../../src-shared/local-time.ts';
import { dutyWords } from '../../../src-shared/words/words.ts';
import { AppError, toAppError } from '../../../src-shared/errors.ts';
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import type { RouteRules } from '../../../src-shared/route-rules.ts';
import { ask, type Asked, tellReceipt } from '../ask.ts';
import { chooseModel, findModel } from '../choose-model.ts';
import { commandErrors, isAfterFault } from '../../../src-shared/words/command-line.ts';
import { converse } from '../converse.ts';
import { type HostConnection, waitForSnapshot } from '../host-connection.ts';
import { print, printJson, printPiece } from '../terminal.ts';
import { type CommonOptions, useHost } from '../use-host.ts';

export type ChatOptions = CommonOptions & {
  readonly model?: string;
  readonly system?: string;
  readonly json?: boolean;
};

/** Loading a large model from a slow disk takes this long, in milliseconds. */
const loadedWithinMs = 120_000;
/** A host without watchers asks its node for the peers only this often, in milliseconds. */
const freshWithinMs = 1500;
/** Finding peers takes this long. */
const foundWithinMs = 20_000;

export async function chat(
  message: string | undefined,
  rules: RouteRules | undefined,
  options: ChatOptions,
): Promise<void> {
  const asked = (model: string): Asked => ({ model, ...(rules === undefined ? {} : { rules }) });
  if (message === undefined && process.stdin.isTTY && options.json !== true) {
    await useHost(options, {}, async (connection) => {
      const model = await modelFor(connection, options.model);
      await converse(connection, asked(model), systemMessages(options), {
        input: process.stdin,
        output: process.stdout,
      });
    });
    return;
  }
  const question = (message ?? (await readAll(process.stdin))).trim();
  if (question === '') {
    throw new AppError('request-invalid', commandErrors.nothingToAsk);
  }
  await useHost(options, {}, async (connection, signal) => {
    const model = await modelFor(connection, options.model);
    const messages = [...systemMessages(options), { role: 'user' as const, content: question }];
    const isJson = options.json === true;
    const answer = await ask(connection, asked(model), messages, signal, (piece) => {
      if (!isJson) {
        printPiece(piece);
      }
    });
    if (isJson) {
      printJson({ answer: answer.text, ...answer.receipt });
    } else {
      print('');
      tellReceipt(connection, answer.receipt);
    }
  });
}

function systemMessages({ system }: ChatOptions): ChatMessage[] {
  return system === undefined ? [] : [{ role: 'system', content: system }];
}

/**
 * The wanted model once it can answer, or else the best one that can.
 *
 * @throws AppError `model-not-found`, `no-route` when this machine does not host it, is paused or could not load it, and
 * no other peer is known, `timed-out`
 */
async function modelFor(connection: HostConnection, wanted: string | undefined): Promise<string> {
  try {
    return await knownModel(connection, wanted);
  } catch (error) {
    if (toAppError(error).code !== 'model-not-found') {
      throw error;
    }
    // The host may not know the newest peers yet: without a watcher it asks its node for them only now and then.
    await delay(freshWithinMs);
    return knownModel(connection, wanted);
  }
}

async function knownModel(connection: HostConnection, wanted: string | undefined): Promise<string> {
  const { node } = connection.snapshot();
  const isHosting = node !== null && node.shards.length > 0;
  const model = await waitForSnapshot(
    connection,
    (snapshot) => snapshot.node && answeringModel(snapshot, snapshot.node, wanted),
    isHosting ? loadedWithinMs : foundWithinMs,
    commandErrors.noModelYet,
  );
  return model.manifestId;
}

/** undefined while a model may still become available. */
function answeringModel(
  { duty }: HostSnapshot,
  node: NodeStatus,
  wanted: string | undefined,
): ModelEntry | undefined {
  const model = wanted === undefined ? chooseModel(node.models) : findModel(node.models, wanted);
  if (model?.available === true) {
    return model;
  }
  if (node.peers.length > 0) {
    return undefined;
  }
  if (wanted !== undefined && model === undefined) {
    throw new AppError('model-not-found', commandErrors.noSuchModel(wanted));
  }
  // A fault of another model says nothing about the model that was asked for.
  const shards = node.shards.filter(
    ({ manifestId }) => model === undefined || manifestId === model.manifestId,
  );
  if (model?.isStored === true && shards.length === 0) {
    const name = model.alias ?? model.name;
    throw new AppError('no-route', commandErrors.notHosted(name));
  }
  if (duty.state === 'paused' || duty.state === 'faulted') {
    const isOthersFault = model !== undefined && isAfterFault(duty);
    throw new AppError(
      'no-route',
      isOthersFault
        ? commandErrors.pausedAfterFaults(model.alias ?? model.name)
        : commandErrors.noModelWhile(dutyWords(duty, localNow())),
    );
  }
  const [shard] = shards;
  if (shard !== undefined && shards.every(({ state }) => state === 'faulted')) {
    throw new AppError('no-route', commandErrors.modelFaulted(shard.model, shard.fault));
  }
  return undefined;
}
