/** What one should know before asking: what the model is, and who may see the question. */
import type { ModelEntry, NodeStatus } from '../../../src-shared/node-api.ts';
import { layerCoverage } from '../../features/models/layer-coverage.ts';
import { isDemoModel } from '../../features/models/model-choice.ts';
import { text } from '../../locales/text.ts';

export function ChatNotes({
  model,
  node,
}: {
  model: ModelEntry | null;
  /** null while the node is not running. */
  node: NodeStatus | null;
}) {
  const notes: string[] = [];
  if (node === null) {
    notes.push(text.chat.notRunningNote);
  } else if (model === null) {
    const loading = node.shards.some((shard) => shard.state === 'starting');
    notes.push(loading ? text.chat.loadingNote : text.chat.noModelNote);
  } else {
    if (isDemoModel(model)) {
      notes.push(text.chat.demoNote);
    }
    if (layerCoverage(model, node).some((run) => run.holder !== 'here')) {
      notes.push(text.chat.peersNote);
    }
  }
  return (
    <p className="mt-2 min-h-4 px-3 text-center text-xs text-balance text-muted">
      {notes.join(' ')}
    </p>
  );
}
