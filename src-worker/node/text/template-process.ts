/**
 * Renders chat templates, in a process that template-renderer.ts starts. A template is a program from a stranger's file:
 * when it loops, the process is killed; when it uses too much memory, only this process dies (in a
 * worker thread, V8 running out of memory would end the whole node).
 */
import { createContext, runInContext } from 'node:vm';
import { Template } from '@huggingface/jinja';
import {
  type RenderReply,
  renderRequestSchema,
  type TemplateInput,
  templateLimits,
} from './template-messages.ts';

/** A template's own refusal of messages, thrown by its `raise_exception`. */
class Refusal extends Error {}

/** Replaces the library's `raise_exception`, whose errors look like any other error. */
const ownRefusal = "{% set raise_exception = mindmesh_refuse %}{{ '' }}";

/** Variables that templates expect, as Hugging Face's `apply_chat_template` sets them when there are no tools. */
const usualVariables = {
  tools: null,
  documents: null,
  mindmesh_refuse: (reason: unknown): never => {
    throw new Refusal(String(reason));
  },
};

/** Values for templates that iterate over tools without checking whether there are any. */
const emptyVariables = { tools: [], documents: [], functions: '[]', datetime: '' };

/** The last template in parsed form; the model's next request has the same template. */
let parsed: { text: string; template: Template } | undefined;

function render(message: unknown): RenderReply {
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
  // The parent kills a process that takes too long. This limit ends the process when the parent has died meanwhile.
  const context = createContext({ reply: () => render(message) });
  const reply: unknown = runInContext('reply()', context, {
    timeout: 2 * templateLimits.renderMs,
  });
  process.send?.(reply);
});
process.on('disconnect', () => {
  process.exit(0);
});
process.send?.('ready');
