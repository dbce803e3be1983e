/** The next step after a download: a button that hosts the model, while this machine hosts nothing of it. */
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { Button } from '../../components/button.tsx';
import { hostingChoiceOf, withHostingChoice } from '../../features/models/hosting-choice.ts';
import { OutcomeLine } from '../../features/settings/setting-row.tsx';
import { useSetting } from '../../features/settings/use-setting.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.models;

export function HostNewModel({
  manifestId,
  models,
}: {
  manifestId: string;
  models: readonly ModelEntry[];
}) {
  const { value: shards, outcome, set } = useSetting('shards');
  const model = models.find((each) => each.manifestId === manifestId);
  if (model === undefined || hostingChoiceOf(shards, model).kind !== 'nothing') {
    return null;
  }
  return (
    <>
      <Button
        icon="play"
        aria-label={words.hostHereAria(model.name)}
        onClick={() => set(withHostingChoice(shards, models, model, { kind: 'whole' }))}
      >
        {words.hostHere}
      </Button>
      <OutcomeLine id={`host-${manifestId}`} outcome={outcome} />
    </>
  );
}
