/**
 * The engine process: one loaded shard, controlled over file descriptor 3 by the node that started it. It ends with
 * the link, so that no engine is left when a node dies.
 */
import { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { AppError, describeCauses, toAppError } from '../../src-shared/errors.ts';
import type { ParsedParams } from '../../src-shared/rpc/contract.ts';
import { RpcServer } from '../../src-shared/rpc/server.ts';
import {
  type EngineApi,
  engineApi,
  engineKinds,
  engineLinkDescriptor,
  type LoadResult,
} from '../wire/engine-messages.ts';
import type { Frame } from '../wire/frame.ts';
import { parseJson } from '../wire/json-body.ts';
import { engineInputLimits, FrameLink } from '../wire/frame-link.ts';
import { engineHandlers } from './engine-handlers.ts';
import { LoadedEngine } from './loaded-engine.ts';
import { log } from './log.ts';
import { PulseThread } from './pulse/pulse.ts';

const socket = inheritedSocket();
// The pulse starts before the priority is lowered, so that it also runs while other programs use all processors.
const pulse = new PulseThread();

// The owner's programs have priority over computing, and so do the node and host, which must be able to end it in time.
// This thread starts llama.cpp's threads, which inherit the priority.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

let engine: Promise<LoadedEngine> | undefined;
let loaded: LoadedEngine | undefined;

const link = new FrameLink(socket, engineInputLimits, { onFrame, onEnd });
const handlers = engineHandlers(load, () => loaded);
const server = new RpcServer({
  contract: engineApi,
  handlers: () => handlers,
  send: (message) => link.sendJson(engineKinds.response, message),
  onInternalError: (error) => log('error', describeCauses(error)),
});

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
  if (kind === engineKinds.request) {
    server
      .receive(parseJson(body, 'A request'))
      .catch((error: unknown) => onEnd(toAppError(error)));
    return;
  }
  if (loaded === undefined) {
    throw new AppError('protocol-violation', 'A segment came before a model was loaded.');
  }
  loaded.onSegment(kind, body);
}

async function load(parameters: ParsedParams<EngineApi, 'load'>): Promise<LoadResult> {
  if (engine !== undefined) {
    throw new AppError('request-invalid', 'This engine has its model already; start another one.');
  }
  engine = LoadedEngine.load(parameters, {
    link,
    pulse,
    onSessionFailed: (session, error) =>
      server.tell('sessionFailed', { session, error: error.toReport() }),
  });
  loaded = await engine;
  return loaded.description();
}

function onEnd(error: AppError | undefined): void {
  if (error !== undefined) {
    log('error', `The link to the node ended: ${error.message}`);
  }
  loaded?.dispose();
  // A running load has its own thread, which only the end of the process stops.
  process.exit(error === undefined ? 0 : 1);
}

process.on('uncaughtException', (error) => {
  log('error', describeCauses(error));
  process.exit(1);
});
// The node decides when its engines end, also when a terminal interrupts the whole process group.
process.on('SIGINT', () => log('debug', 'Interrupt ignored; the node ends this engine.'));
