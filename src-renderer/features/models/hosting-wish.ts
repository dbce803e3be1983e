/** What the owner wishes hosted of a model, and the list of wishes with another one for it. Pure. */
import type { LayerRange } from '../../../src-shared/model.ts';
import { modelsNamed } from '../../../src-shared/model-names.ts';
import type { HostedShard, ModelEntry } from '../../../src-shared/node-api.ts';
import type { Settings } from '../../../src-shared/settings.ts';
import { isDemoModel } from './model-choice.ts';

type Named = Pick<
  ModelEntry,
  'manifestId' | 'name' | 'alias' | 'otherAliases' | 'replaces' | 'quantisation'
>;
type Wishes = Settings['shards'];

/** `layers` are the first ones wished for, where there are several runs of them. */
export type HostingWish =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'whole' }
  | { readonly kind: 'layers'; readonly layers: LayerRange };

const isFor =
  (model: Named) =>
  (wish: HostedShard): boolean =>
    modelsNamed(wish.model, [model]).length > 0 || model.replaces?.includes(wish.model) === true;

/** Without wishes of its own a node hosts the demo model whole. */
function written(wishes: Wishes, models: readonly Named[]): HostedShard[] {
  return wishes ?? models.filter(isDemoModel).map(({ manifestId }) => ({ model: manifestId }));
}

export function wishFor(wishes: Wishes, model: Named): HostingWish {
  const wish = written(wishes, [model]).find(isFor(model));
  if (wish === undefined) {
    return { kind: 'nothing' };
  }
  return wish.layers === undefined ? { kind: 'whole' } : { kind: 'layers', layers: wish.layers };
}

/** All wishes, with this one in place of what was wished for of the model before. */
export function withWish(
  wishes: Wishes,
  models: readonly Named[],
  model: Named,
  wish: HostingWish,
): HostedShard[] {
  const others = written(wishes, models).filter((each) => !isFor(model)(each));
  if (wish.kind === 'nothing') {
    return others;
  }
  const shard: HostedShard = { model: model.manifestId };
  return [...others, wish.kind === 'whole' ? shard : { ...shard, layers: wish.layers }];
}
