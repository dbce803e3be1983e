/** What this machine is to host of a model: nothing, all of it, or a run of its layers. */
import { useId } from 'react';
import type { ModelEntry } from '../../../src-shared/node-api.ts';
import { text } from '../../locales/text.ts';
import { NumberInput } from '../settings/number-input.tsx';
import { OutcomeLine, SavedMark } from '../settings/setting-row.tsx';
import { useSetting } from '../settings/use-setting.ts';
import { fitOf } from './fit.ts';
import { type HostingWish, wishFor, withWish } from './hosting-wish.ts';

const words = text.models;

const kinds = ['nothing', 'whole', 'layers'] as const;

export function HostingControl({
  model,
  models,
  roomBytes,
}: {
  model: ModelEntry;
  /** All that are known, to tell them apart by name. */
  models: readonly ModelEntry[];
  roomBytes: number | undefined;
}) {
  const id = useId();
  const { value: wishes, outcome, set, refuse } = useSetting('shards');
  const wish = wishFor(wishes, model);
  const isInvalid = outcome !== null && outcome !== 'saved';
  const wishFurther = (wished: HostingWish): void => set(withWish(wishes, models, model, wished));

  const choose = (kind: HostingWish['kind']): void => {
    wishFurther(
      kind === 'layers'
        ? { kind, layers: { firstLayer: 0, lastLayer: Math.ceil(model.layers / 2) - 1 } }
        : { kind },
    );
  };
  const setLayers = (firstLayer: number, lastLayer: number): void => {
    if (firstLayer > lastLayer) {
      refuse(words.layersTurned);
    } else {
      wishFurther({ kind: 'layers', layers: { firstLayer, lastLayer } });
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
          value={wish.kind}
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
        {wish.kind === 'layers' ? (
          <span className="flex flex-wrap items-center gap-2">
            <span className="text-muted">{words.firstLayer}</span>
            <NumberInput
              id={`${id}-first`}
              label={words.firstLayerAria(model.name)}
              unit=""
              value={wish.layers.firstLayer}
              bounds={bounds}
              isInvalid={isInvalid}
              onCommit={(first) => setLayers(first, wish.layers.lastLayer)}
              onRefuse={refuse}
            />
            <span className="text-muted">{words.lastLayer}</span>
            <NumberInput
              id={`${id}-last`}
              label={words.lastLayerAria(model.name)}
              unit=""
              value={wish.layers.lastLayer}
              bounds={bounds}
              isInvalid={isInvalid}
              onCommit={(last) => setLayers(wish.layers.firstLayer, last)}
              onRefuse={refuse}
            />
          </span>
        ) : null}
        <SavedMark outcome={outcome} />
      </div>
      {wish.kind === 'whole' &&
      roomBytes !== undefined &&
      fitOf(model.sizeBytes, roomBytes) === 'too large' ? (
        <p className="text-warning">{words.needsRoom(model.sizeBytes, roomBytes)}</p>
      ) : null}
      {wish.kind !== 'nothing' && model.path === null ? (
        <p className="text-muted">{words.fetches}</p>
      ) : null}
      <OutcomeLine id={`${id}-outcome`} outcome={outcome} />
    </div>
  );
}
