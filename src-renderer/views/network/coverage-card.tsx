/** Which layers of each model are hosted and where, and whether the mesh can lose a computer. */
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { Card } from '../../components/card.tsx';
import { LayerBar, LayerLegend } from '../../features/models/layer-bar.tsx';
import {
  layerCoverage,
  leastHolders,
  missingLayersAreHere,
} from '../../features/models/layer-coverage.ts';
import { text } from '../../../src-shared/words/window.ts';

const words = text.network;

export function CoverageCard({ node }: { node: NodeStatus }) {
  return (
    <Card title={words.coverage}>
      <p className="mb-4 text-sm text-muted">{words.coverageSentence}</p>
      {node.models.length === 0 ? (
        <p className="text-sm text-muted">{words.noRouteModel}</p>
      ) : (
        <>
          <ul className="mb-4 divide-y divide-line">
            {node.models.map((model) => (
              <li key={model.manifestId} className="space-y-2 py-3 first:pt-0 last:pb-0">
                <h3 className="font-medium wrap-anywhere">{model.name}</h3>
                <LayerBar runs={layerCoverage(model, node)} />
                <p className="text-sm text-muted">
                  {words.copies(leastHolders(model, node), missingLayersAreHere(model, node))}
                </p>
              </li>
            ))}
          </ul>
          <LayerLegend />
        </>
      )}
    </Card>
  );
}
