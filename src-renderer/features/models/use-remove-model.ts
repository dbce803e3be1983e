/** Removes a model from this machine, after it has stopped hosting the model. */
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { useHost } from '../host-client/host-context.tsx';
import { useAction, type Action } from '../host-client/use-action.ts';
import { useSettingsForm } from '../settings/settings-context.tsx';
import { hostingChoiceOf, withHostingChoice } from './hosting-choice.ts';

export function useRemoveModel(
  models: readonly ModelEntry[],
): Omit<Action, 'follow'> & { readonly remove: (model: ModelEntry) => void } {
  const host = useHost();
  const { settings } = useSettingsForm();
  const { isAsking, problem, follow } = useAction();

  const remove = async (model: ModelEntry): Promise<void> => {
    if (hostingChoiceOf(settings.shards, model).kind !== 'nothing') {
      const shards = withHostingChoice(settings.shards, models, model, { kind: 'nothing' });
      await host.request('changeSettings', { shards });
    }
    await host.request('removeModel', { model: model.manifestId });
  };
  return {
    isAsking,
    problem,
    remove: (model) => follow(remove(model)),
  };
}
