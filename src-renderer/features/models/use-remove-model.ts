/** Removes a model from this machine. One that is hosted is not hosted any more before. */
import type { ModelEntry } from '../../../src-shared/node-api.ts';
import { useHost } from '../host-client/host-context.tsx';
import { useWish, type Wish } from '../host-client/use-wish.ts';
import { useSettingsForm } from '../settings/settings-context.tsx';
import { wishFor, withWish } from './hosting-wish.ts';

export function useRemoveModel(
  models: readonly ModelEntry[],
): Omit<Wish, 'follow'> & { readonly remove: (model: ModelEntry, onDone?: () => void) => void } {
  const host = useHost();
  const { settings } = useSettingsForm();
  const { isAsking, problem, follow } = useWish();

  const remove = async (model: ModelEntry): Promise<void> => {
    if (wishFor(settings.shards, model).kind !== 'nothing') {
      const shards = withWish(settings.shards, models, model, { kind: 'nothing' });
      await host.request('changeSettings', { shards });
    }
    await host.request('removeModel', { model: model.manifestId });
  };
  return {
    isAsking,
    problem,
    remove: (model, onDone) => follow(remove(model), onDone),
  };
}
