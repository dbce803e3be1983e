/** What this machine is to host of a model: nothing, all of it, or a range of its layers. */
import { useId } from 'react';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import { text } from '../../../src-shared/words/window.ts';
import { NumberInput } from '../settings/number-input.tsx';
import { OutcomeLine, SavedMark } from '../settings/setting-row.tsx';
import { useSetting } from '../settings/use-setting.ts';
import { fitOf } from './fit.ts';
import { type HostingChoice, hostingChoiceOf, withHostingChoice } from './hosting-choice.ts';

const words = text.models;

const kinds = ['nothing', 'whole', 'layers'] as const;

export function HostingControl({
  model,
  models,
  roomBytes,
}: {
  model: ModelEntry;
  /** All known models, so that their names can be told apart. */
  models: readonly ModelEntry[];
  roomBytes: number | undefined;
}) {
  const id = useId();
  const { value: shards, outcome, set, refuse } = useSetting('shards');
  const choice = hostingChoiceOf(shards, model);
  const isInvalid = outcome !== null && outcome !== 'saved';
  const host = (choice: HostingChoice): void =>
    set(withHostingChoice(shards, models, model, choice));

  const choose = (kind: HostingChoice['kind']): void => {
    host(
      kind === 'layers'
        ? { kind, layers: { firstLayer: 0, lastLayer: Math.ceil(model.layers / 2) - 1 } }
        : { kind },
    );
  };
  const setLayers = (firstLayer: number, lastLayer: number): void => {
    if (firstLayer > lastLayer) {
      refuse(words.layersTurned);
    } else {
      host({ kind: 'layers', layers: { firstLayer, lastLayer } });
    }
  };
  const bounds = { least: 0, most: model.layers - 1 };
  return (
    <div className="space-y-1.5 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <label htmlFor={id} className="text-muted">
          {words.host}
        </label>
        <select
          id={id}
          aria-label={words.hostAria(model.name)}
          aria-describedby={`${id}-outcome`}
          value={choice.kind}
          onChange={({ target }) => {
            const kind = kinds.find((each) => each === target.value);
            if (kind !== undefined) {
              choose(kind);
            }
          }}
          className="rounded-lg border border-line bg-surface px-2 py-1 hover:border-accent [&>option]:bg-raised [&>option]:text-ink"
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {words.hostKinds[kind]}
            </option>
          ))}
        </select>
        {choice.kind === 'layers' ? (
          <span className="flex flex-wrap items-center gap-2">
            <span className="text-muted">{words.firstLayer}</span>
            <NumberInput
              id={`${id}-first`}
              label={words.firstLayerAria(model.name)}
              unit=""
              value={choice.layers.firstLayer}
              bounds={bounds}
              isInvalid={isInvalid}
              onCommit={(first) => setLayers(first, choice.layers.lastLayer)}
              onRefuse={refuse}
            />
            <span className="text-muted">{words.lastLayer}</span>
            <NumberInput
              id={`${id}-last`}
              label={words.lastLayerAria(model.name)}
              unit=""
              value={choice.layers.lastLayer}
              bounds={bounds}
              isInvalid={isInvalid}
              onCommit={(last) => setLayers(choice.layers.firstLayer, last)}
              onRefuse={refuse}
            />
          </span>
        ) : null}
        <SavedMark outcome={outcome} />
      </div>
      {choice.kind === 'whole' &&
      roomBytes !== undefined &&
      fitOf(model.sizeBytes, roomBytes) === 'too large' ? (
        <p className="text-warning">{words.needsRoom(model.sizeBytes, roomBytes)}</p>
      ) : null}
      {choice.kind !== 'nothing' && model.path === null ? (
        <p className="text-muted">{words.fetches}</p>
      ) : null}
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </div>
  );
}
