/**
 * Renders chat templates. A template comes from a stranger's file and is a program, so it runs in this
 * process of its own: one that loops is killed, one that eats memory takes only this process with it (in a
 * worker thread, V8 running out of memory ends the whole process). Started by template-renderer.ts.
 */
import { createContext, runInContext } from 'node:vm';
import { Template } from '@huggingface/jinja';
import { type RenderAnswer, renderRequestSchema, templateLimits } from './template-messages.ts';

/** The parsed form of the template that came last; a model's next request has the same. */
let parsed: { text: string; template: Template } | undefined;

function render(message: unknown): RenderAnswer {
  const request = renderRequestSchema.parse(message);
  const { template: text, inputs } = request;
  try {
    parsed = parsed?.text === text ? parsed : { text, template: new Template(text) };
  } catch (error) {
    return { id: request.id, failure: 'template', message: describe(error) };
  }
  const { template } = parsed;
  try {
    const texts = inputs.map((input) => template.render(input));
    const longest = Math.max(...texts.map((rendered) => rendered.length));
    return longest > templateLimits.renderedCharacters
      ? { id: request.id, failure: 'length', message: String(longest) }
      : { id: request.id, texts };
  } catch (error) {
    return { id: request.id, failure: 'render', message: describe(error) };
  }
}

function describe(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(
    0,
    templateLimits.messageCharacters,
  );
}

process.on('message', (message) => {
  // The parent kills a process that takes too long. This limit ends one whose parent has died meanwhile.
  const context = createContext({ answer: () => render(message) });
  const answer: unknown = runInContext('answer()', context, {
    timeout: 2 * templateLimits.renderMs,
  });
  process.send?.(answer);
});
process.on('disconnect', () => {
  process.exit(0);
});
process.send?.('ready');
