/** The models that this node knows, and who holds their layers. */
import type { HostSnapshot } from '../../../src-shared/host-api.ts';
import type { ModelEntry, NodeStatus } from '../../../src-shared/node-api.ts';
import { Card } from '../../components/card.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { AddModel } from '../../features/models/add-model.tsx';
import { LayerBar, LayerLegend } from '../../features/models/layer-bar.tsx';
import { layerCoverage } from '../../features/models/layer-coverage.ts';
import { isDemoModel } from '../../features/models/model-choice.ts';
import { text } from '../../locales/text.ts';

const words = text.status;

function Model({ model, node }: { model: ModelEntry; node: NodeStatus }) {
  const name =
    model.alias === null || isDemoModel(model) ? model.name : `${model.name} (${model.alias})`;
  return (
    <li className="space-y-2 py-3 first:pt-0 last:pb-0">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-medium wrap-anywhere">
          {name}
          {isDemoModel(model) ? (
            <span className="ml-2 rounded-md bg-soft px-1.5 py-0.5 text-xs font-normal">
              {words.demoModel}
            </span>
          ) : null}
        </h3>
        <span className="shrink-0">
          <StateBadge tone={model.available ? 'good' : 'quiet'}>
            {model.available ? words.modelStates.available : words.modelStates.unavailable}
          </StateBadge>
        </span>
      </div>
      <LayerBar runs={layerCoverage(model, node)} />
      <p className="text-xs text-muted tabular-nums">
        {words.modelFacts(model.layers, model.sizeBytes, model.quantisation)}
        {model.path === null ? ` · ${words.modelOnlyPeers}` : null}
      </p>
    </li>
  );
}

type Import = NonNullable<HostSnapshot['imports']>[number];

function ImportProgress({ path, doneBytes, totalBytes }: Import) {
  const name = words.importing(path.split(/[\\/]/).at(-1) ?? path);
  const part = totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 0;
  return (
    <li className="space-y-1.5 py-3 text-sm first:pt-0 last:pb-0">
      <div className="flex justify-between gap-3">
        <span className="wrap-anywhere">{name}</span>
        <span className="text-muted tabular-nums">{words.imported(part)}</span>
      </div>
      <progress aria-label={name} max={1} value={part} className="block h-2 w-full accent-accent" />
    </li>
  );
}

export function ModelList({ node, imports }: { node: NodeStatus; imports: readonly Import[] }) {
  return (
    <Card title={words.models}>
      {node.models.length + imports.length === 0 ? (
        <p className="text-sm text-muted">{words.noModels}</p>
      ) : (
        <>
          <ul className="mb-4 divide-y divide-line">
            {imports.map((each) => (
              <ImportProgress key={each.path} {...each} />
            ))}
            {node.models.map((model) => (
              <Model key={model.manifestId} model={model} node={node} />
            ))}
          </ul>
          <LayerLegend />
        </>
      )}
      <AddModel />
    </Card>
  );
}
