/** Notes above the question: about the model, and about who may see the question. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import type { ModelEntry } from '../../../src-shared/api/models.ts';
import type { NodeStatus } from '../../../src-shared/api/node-status.ts';
import { ownQuestions } from '../../features/duty/duty-summary.ts';
import { layerCoverage } from '../../features/models/layer-coverage.ts';
import { isDemoModel } from '../../features/models/model-choice.ts';
import { dutyWords } from '../../../src-shared/words/words.ts';
import { localNow } from '../../../src-shared/local-time.ts';
import { asSentence, text } from '../../../src-shared/words/window.ts';

export function ChatNotes({
  model,
  node,
  duty,
}: {
  model: ModelEntry | null;
  duty: HostSnapshot['duty'];
  /** null while the node is not running. */
  node: NodeStatus | null;
}) {
  const notes: string[] = [];
  // A machine that hosts nothing does not answer anyway, so no note is needed.
  const questions = duty.state === 'off' ? null : ownQuestions({ duty, node });
  if (node === null) {
    notes.push(text.chat.notRunningNote);
  } else if (model === null && questions === 'nowhere') {
    notes.push(asSentence(dutyWords(duty, localNow())), text.duty.questions.nowhere);
  } else if (model === null) {
    const loading = node.shards.some((shard) => shard.state === 'starting');
    notes.push(loading ? text.chat.loadingNote : text.chat.noModelNote);
  } else {
    if (questions === 'elsewhere') {
      notes.push(asSentence(dutyWords(duty, localNow())), text.duty.questions.elsewhere);
    }
    if (isDemoModel(model)) {
      notes.push(text.chat.demoNote);
    }
    if (layerCoverage(model, node).some((run) => run.holder === 'peer')) {
      notes.push(text.chat.peersNote);
    }
  }
  return (
    <p className="mt-2 min-h-4 px-3 text-center text-xs text-balance text-muted">
      {notes.join(' ')}
    </p>
  );
}
