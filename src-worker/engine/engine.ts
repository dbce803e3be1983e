/**
 * The engine process: one loaded shard, driven over file descriptor 3 by the node that started it. It ends with
 * the link, so a node that dies leaves no engine behind.
 */
import { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { z } from 'zod';
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';
import {
  engineKinds,
  engineLinkDescriptor,
  type EngineRequest,
  engineRequestSchema,
} from '../wire/engine-messages.ts';
import type { Frame } from '../wire/frame.ts';
import { engineInputLimits, FrameLink } from '../wire/frame-link.ts';
import { LoadedEngine } from './loaded-engine.ts';
import { log } from './log.ts';
import { PulseThread } from './pulse/pulse.ts';

/** A request whose number can be read, so that it can at least be refused. */
const anyRequestSchema = z.object({ id: z.int() });

const socket = inheritedSocket();
// Begun before the priority falls, so that it is heard also while others use all processors.
const pulse = new PulseThread();

// Computing gives way: to the owner's programs, and to the node and host that must be able to end it in time.
// llama.cpp's threads are begun by this one and inherit it.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let engine: Promise<LoadedEngine> | undefined;
let loaded: LoadedEngine | undefined;

const link = new FrameLink(socket, engineInputLimits, { onFrame, onEnd });

function inheritedSocket(): Socket {
  try {
    return new Socket({ fd: engineLinkDescriptor, readable: true, writable: true });
  } catch {
    log(
      'error',
      'The engine is started by a node, which hands it a socket; it cannot be run by itself.',
    );
    return process.exit(1);
  }
}

function onFrame({ kind, body }: Frame): void {
  if (kind !== engineKinds.request) {
    if (loaded === undefined) {
      throw new AppError('protocol-violation', 'Work came before a model was loaded.');
    }
    loaded.onWork(kind, body);
    return;
  }
  const json = parseJson(body);
  const { data: request, error } = engineRequestSchema.safeParse(json);
  if (request !== undefined) {
    void answer(request);
    return;
  }
  const id = anyRequestSchema.safeParse(json).data?.id;
  if (id === undefined) {
    throw new AppError('protocol-violation', 'A request without a number came.');
  }
  refuse(
    id,
    new AppError('request-invalid', `The request is not valid: ${z.prettifyError(error)}`),
  );
}

async function answer(request: EngineRequest): Promise<void> {
  try {
    const result = await perform(request);
    link.sendJson(engineKinds.response, { id: request.id, result });
  } catch (error) {
    refuse(request.id, toAppError(error));
  }
}

async function perform(request: EngineRequest): Promise<unknown> {
  if (request.method === 'load') {
    if (engine !== undefined) {
      throw new AppError(
        'request-invalid',
        'This engine has its model already; start another one.',
      );
    }
    engine = LoadedEngine.load(request.params, link, pulse);
    loaded = await engine;
    return loaded.description();
  }
  if (loaded === undefined) {
    throw new AppError('request-invalid', 'No model is loaded yet.');
  }
  return loaded.perform(request);
}

function refuse(id: number, error: AppError): void {
  if (error.code === 'internal') {
    log('error', describeCauses(error));
  }
  link.sendJson(engineKinds.response, { id, error: error.toReport() });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new AppError('protocol-violation', 'A request is not JSON.', { cause });
  }
}

function onEnd(error: AppError | undefined): void {
  if (error !== undefined) {
    log('error', `The link to the node ended: ${error.message}`);
  }
  loaded?.dispose();
  // A load that is still going on has a thread of its own; only leaving the process ends it.
  process.exit(error === undefined ? 0 : 1);
}

process.on('uncaughtException', (error) => {
  log('error', describeCauses(error));
  process.exit(1);
});
// The node decides when its engines end, also when a terminal interrupts the whole process group.
process.on('SIGINT', () => log('debug', 'Interrupt ignored; the node ends this engine.'));
