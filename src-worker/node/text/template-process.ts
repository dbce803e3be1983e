/**
 * Renders chat templates. A template comes from a stranger's file and is a program, so it runs in this
 * process of its own: one that loops is killed, one that eats memory takes only this process with it (in a
 * worker thread, V8 running out of memory ends the whole process). Started by template-renderer.ts.
 */
import { createContext, runInContext } from 'node:vm';
import { Template } from '@huggingface/jinja';
import {
  type RenderAnswer,
  renderRequestSchema,
  type TemplateInput,
  templateLimits,
} from './template-messages.ts';

/** What a template says against messages itself, by its `raise_exception`. */
class Refusal extends Error {}

/** Puts our `raise_exception` in the place of the library's, whose errors look like any other. */
const ownRefusal = "{% set raise_exception = mindmesh_refuse %}{{ '' }}";

/** Variables that templates expect: as Hugging Face's `apply_chat_template` gives them when there are no tools. */
const usualVariables = {
  tools: null,
  documents: null,
  mindmesh_refuse: (reason: unknown): never => {
    throw new Refusal(String(reason));
  },
};

/** For templates that go through tools without asking whether there are any. */
const emptyVariables = { tools: [], documents: [], functions: '[]', datetime: '' };

/** The parsed form of the template that came last; a model's next request has the same. */
let parsed: { text: string; template: Template } | undefined;

function render(message: unknown): RenderAnswer {
  const request = renderRequestSchema.parse(message);
  const { template: text, inputs } = request;
  try {
    parsed = parsed?.text === text ? parsed : { text, template: new Template(ownRefusal + text) };
  } catch (error) {
    return { id: request.id, failure: 'template', message: describe(error) };
  }
  const { template } = parsed;
  try {
    const texts = inputs.map((input) => textOf(template, input));
    const longest = Math.max(...texts.map((rendered) => rendered.length));
    return longest > templateLimits.renderedCharacters
      ? { id: request.id, failure: 'length', message: String(longest) }
      : { id: request.id, texts };
  } catch (error) {
    const failure = error instanceof Refusal ? 'refusal' : 'render';
    return { id: request.id, failure, message: describe(error) };
  }
}

function textOf(template: Template, input: TemplateInput): string {
  try {
    return template.render({ ...usualVariables, ...input });
  } catch (error) {
    if (error instanceof Refusal) {
      throw error;
    }
    try {
      return template.render({ ...usualVariables, ...emptyVariables, ...input });
    } catch (second) {
      throw second instanceof Refusal ? second : error;
    }
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
