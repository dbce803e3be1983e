/** `mindmesh models host | unhost`: whether this machine answers with a model. */
import { AppError } from '../../../src-shared/errors.ts';
import type { LayerRange } from '../../../src-shared/model.ts';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { appFiles } from '../../base/app-files.ts';
import { findModel } from '../choose-model.ts';
import { waitForSnapshot } from '../host-connection.ts';
import { withModel, withoutModel } from '../hosted-shards.ts';
import { print } from '../terminal.ts';
import { type CommonOptions, withoutPeers, useHost } from '../use-host.ts';
import { changeStored } from './settings.ts';
import { commandErrors, commandResults } from '../../../src-shared/words/command-line.ts';

type Layers = { readonly layers?: LayerRange };

/** @throws AppError `model-not-found`; `setting-invalid` for layers that the model has not */
export async function hostModel(name: string, options: CommonOptions & Layers): Promise<void> {
  const model = await knownModel(name, options);
  print(await hostHere(model, options));
}

/** @throws AppError `model-not-found` */
export async function unhostModel(name: string, options: CommonOptions): Promise<void> {
  const model = await knownModel(name, options);
  const demo = appFiles().demoModelName;
  await changeStored(options, ({ shards }) => ({ shards: withoutModel(shards, model, demo) }));
  print(commandResults.unhosted(model.alias ?? model.name));
}

/** Has this machine host the model, or layers of it. @returns what to tell of it */
export async function hostHere(
  model: ModelEntry,
  { layers, ...options }: CommonOptions & Layers,
): Promise<string> {
  const demo = appFiles().demoModelName;
  const isRunning = await changeStored(options, ({ shards }) => ({
    shards: withModel(shards, model, layers, demo),
  }));
  return commandResults.hosted(model.alias ?? model.name, isRunning);
}

async function knownModel(name: string, options: CommonOptions): Promise<ModelEntry> {
  return await useHost(options, withoutPeers, async (connection) => {
    const { models } = await waitForSnapshot(
      connection,
      (snapshot) => snapshot.node ?? undefined,
      30_000,
      commandErrors.noNode,
    );
    const model = findModel(models, name);
    if (model === undefined) {
      throw new AppError('model-not-found', commandErrors.noSuchModel(name));
    }
    return model;
  });
}
