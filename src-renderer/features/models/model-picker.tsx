/**
 * Chooses the model that answers. It is the browser's own list, which works with every keyboard and screen reader.
 */
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { Icon } from '../../components/icon.tsx';
import { text } from '../../../src-shared/words/window.ts';

export function ModelPicker({
  models,
  chosen,
  onChoose,
}: {
  models: readonly ModelEntry[];
  chosen: ModelEntry | null;
  onChoose: (manifestId: string) => void;
}) {
  return (
    <span className="relative inline-flex min-w-0 items-center">
      <select
        aria-label={text.chat.model}
        value={chosen?.manifestId ?? ''}
        onChange={(event) => onChoose(event.target.value)}
        className="field-sizing-content max-w-full min-w-0 appearance-none truncate rounded-lg bg-transparent py-1 pr-7 pl-2 text-sm text-muted hover:bg-soft hover:text-ink [&>option]:bg-raised [&>option]:text-ink"
      >
        {chosen === null ? (
          <option value="" disabled>
            {text.chat.noModel}
          </option>
        ) : null}
        {models.map((model) => (
          <option key={model.manifestId} value={model.manifestId} disabled={!model.available}>
            {model.available ? model.name : text.chat.modelUnavailable(model.name)}
          </option>
        ))}
      </select>
      <Icon name="chevron" className="pointer-events-none absolute right-1.5 size-4 text-muted" />
    </span>
  );
}
