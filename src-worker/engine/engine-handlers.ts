/** The engine's handlers for the node's requests. */
import type { Compute } from '../../src-shared/compute.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Handlers } from '../../src-shared/rpc/server.ts';
import type { EngineApi } from '../wire/engine-messages.ts';
import { computeDevices } from './llama/devices.ts';
import { openLibrary } from './llama/library.ts';
import type { LoadedEngine } from './loaded-engine.ts';

/** @param loaded returns the engine once its model is loaded */
export function engineHandlers(
  load: Handlers<EngineApi>['load'],
  loaded: () => LoadedEngine | undefined,
): Handlers<EngineApi> {
  const engine = (): LoadedEngine => {
    const ready = loaded();
    if (ready === undefined) {
      throw new AppError('request-invalid', 'No model is loaded yet.');
    }
    return ready;
  };
  return {
    load,
    devices: ({ backend }) => findDevices(backend),
    open: (params) => ({ cachedTokens: engine().decoder.open(params) }),
    close: ({ session }) => {
      engine().decoder.close(session);
      return {};
    },
    restoreHistory: ({ session, generated }) => {
      engine().decoder.restoreHistory(session, generated);
      return {};
    },
    retain: ({ session, tokens }) => {
      engine().decoder.retain(session, tokens);
      return {};
    },
    tokenize: ({ text, parseSpecial }) => engine().tokenizer.tokenize(text, parseSpecial),
    vocabulary: () => engine().tokenizer.vocabulary(),
    computeShare: (share) => {
      engine().setComputeShare(share);
      return {};
    },
    report: () => engine().memory(),
    deviceMemory: () => engine().deviceMemory(),
  };
}

async function findDevices(backend: 'auto' | 'cpu'): Promise<Compute> {
  const library = await openLibrary(backend);
  return { backend: library.backend, devices: computeDevices(library) };
}
