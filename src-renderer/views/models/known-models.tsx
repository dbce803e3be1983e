/**
 * The models that this node knows: where their layers are, what this machine hosts of them, and a button that removes
 * one.
 */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { DownloadStatus, NodeStatus } from '../../../src-shared/api/node-status.ts';
import { Card } from '../../components/card.tsx';
import { StateBadge } from '../../components/state-badge.tsx';
import { AddModel } from '../../features/models/add-model.tsx';
import { HostingControl } from '../../features/models/hosting-control.tsx';
import { LayerBar, LayerLegend } from '../../features/models/layer-bar.tsx';
import { layerCoverage } from '../../features/models/layer-coverage.ts';
import { isDemoModel } from '../../features/models/model-choice.ts';
import { ProgressLine } from '../../features/models/progress-line.tsx';
import { text } from '../../../src-shared/words/window.ts';
import { RemoveModel } from './remove-model.tsx';

const words = text.models;

function Download({ download }: { download: DownloadStatus }) {
  const { layers, doneBytes, totalBytes, sources } = download;
  const what =
    layers === null ? download.model : words.layersOf(layers.firstLayer, layers.lastLayer);
  return (
    <ProgressLine
      name={words.fetching(what)}
      done={doneBytes}
      total={totalBytes}
      amounts={`${words.progress(doneBytes, totalBytes)} · ${words.sources(sources)}`}
    />
  );
}

function Model({
  model,
  node,
  snapshot,
}: {
  model: ModelEntry;
  node: NodeStatus;
  snapshot: HostSnapshot;
}) {
  const isDemo = isDemoModel(model);
  const aliases = [model.alias ?? [], model.otherAliases ?? []].flat();
  const name =
    aliases.length === 0 || isDemo ? model.name : `${model.name} (${aliases.join(', ')})`;
  const downloads = node.downloads?.filter(({ manifestId }) => manifestId === model.manifestId);
  return (
    <li className="space-y-2.5 py-4 first:pt-0 last:pb-0">
      <div className="flex items-center justify-between gap-3">
        <h3 className="font-medium wrap-anywhere">
          {name}
          {isDemo ? (
            <span className="ml-2 rounded-md bg-soft px-1.5 py-0.5 text-xs font-normal">
              {words.demo}
            </span>
          ) : null}
        </h3>
        <span className="shrink-0">
          <StateBadge tone={model.available ? 'good' : 'quiet'}>
            {model.available ? words.states.available : words.states.unavailable}
          </StateBadge>
        </span>
      </div>
      <LayerBar runs={layerCoverage(model, node)} />
      <p className="text-xs text-muted tabular-nums">
        {words.facts(model.layers, model.sizeBytes, model.quantisation)}
        {model.path === null ? ` · ${words.onlyPeers}` : null}
      </p>
      {downloads?.map((download) => (
        <Download key={download.layers?.firstLayer ?? 'whole'} download={download} />
      ))}
      <div className="flex flex-wrap items-start justify-between gap-3">
        <HostingControl
          model={model}
          models={node.models}
          roomBytes={snapshot.hostingMemoryBytes}
        />
        {isDemo || model.isStored !== true ? null : (
          <RemoveModel model={model} models={node.models} dataFolder={snapshot.dataFolder} />
        )}
      </div>
    </li>
  );
}

export function KnownModels({ node, snapshot }: { node: NodeStatus; snapshot: HostSnapshot }) {
  const imports = snapshot.imports ?? [];
  return (
    <Card title={words.known}>
      {node.models.length + imports.length === 0 ? (
        <p className="text-sm text-muted">{words.none}</p>
      ) : (
        <>
          <ul className="mb-4 divide-y divide-line">
            {imports.map(({ path, doneBytes, totalBytes }) => (
              <li key={path} className="py-3 first:pt-0">
                <ProgressLine
                  name={words.importing(path.split(/[\\/]/).at(-1) ?? path)}
                  done={doneBytes}
                  total={totalBytes}
                  amounts={words.share(totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : 0)}
                />
              </li>
            ))}
            {node.models.map((model) => (
              <Model key={model.manifestId} model={model} node={node} snapshot={snapshot} />
            ))}
          </ul>
          <LayerLegend />
        </>
      )}
      <AddModel />
    </Card>
  );
}
