/**
 * Renders chat templates in a separate process (see template-process.ts): one process for all models, started on
 * first use and ended when idle. It renders one template at a time, each with a deadline.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, type ErrorCode, missingCase } from '../../../src-shared/errors.ts';
import { type Clock, systemClock } from '../../../src-shared/clock.ts';
import { type Child, type ChildPlan, startChild } from '../../../src-shared/process/child.ts';
import {
  renderReplySchema,
  type RenderFailure,
  type RenderRequest,
  type TemplateInput,
  templateLimits,
} from './template-messages.ts';

/** How long an idle process is kept, in milliseconds. It takes 50 MB; users usually send their next message within this time. */
const idleMs = 60_000;

// The path is right before and after compilation, and from bundled/ beside this folder.
const processPath = fileURLToPath(
  new URL(`../text/template-process${extname(import.meta.url)}`, import.meta.url),
);

const templateProcess: ChildPlan = {
  name: 'The template process',
  command: process.execPath,
  args: [`--max-old-space-size=${templateLimits.heapMb}`, processPath],
  links: ['ipc'],
  ownGroup: false,
  readyWithinMs: templateLimits.startMs,
  stopWithinMs: 0,
  whenReady: async (child, signal) => {
    await once(child, 'message', { signal });
  },
  askToStop: (child) => child.disconnect(),
};

/** The template process could not render the template, or the template refused the messages. */
export class TemplateFailure extends AppError {
  readonly failure: RenderFailure;

  constructor(failure: RenderFailure, message: string) {
    super(codeOf(failure), sentenceOf(failure, message));
    this.failure = failure;
  }
}

export class TemplateRenderer {
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #child: Child | undefined;
  #lastJob: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #cancelIdle: (() => void) | undefined;
  #isRendering = false;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * The template's text for each of the inputs.
   * @throws AppError `gguf-unsupported` when the template is broken, loops, uses too much memory or features that this
   * app does not have; `request-invalid` when it refuses the messages; `context-too-long` when its text is too long.
   * A failure that the template process reported is a TemplateFailure.
   */
  render(template: string, inputs: readonly TemplateInput[]): Promise<string[]> {
    if (template.length > templateLimits.templateCharacters) {
      return Promise.reject(
        new AppError(
          'gguf-unsupported',
          `The model's chat template has ${template.length} characters; at most ${templateLimits.templateCharacters} are allowed.`,
        ),
      );
    }
    const job = this.#lastJob.then(() => this.#renderNow(template, inputs));
    this.#lastJob = job.catch(() => {});
    return job;
  }

  /** Ends the process unless it is rendering. */
  endUnused(): void {
    if (!this.#isRendering) {
      this.#endChild();
    }
  }

  /** Ends the process; a render that is under way fails. */
  close(): void {
    this.#closing.abort();
    this.#endChild();
  }

  async #renderNow(template: string, inputs: readonly TemplateInput[]): Promise<string[]> {
    this.#cancelIdle?.();
    this.#isRendering = true;
    try {
      // The channel of a process that has died is closed a moment before its exit is known.
      const child =
        this.#child?.process.connected === true ? this.#child : await this.#startChild();
      return await this.#renderIn(child.process, template, inputs);
    } finally {
      this.#isRendering = false;
    }
  }

  async #renderIn(
    child: ChildProcess,
    template: string,
    inputs: readonly TemplateInput[],
  ): Promise<string[]> {
    const request: RenderRequest = { id: this.#nextId, template, inputs: [...inputs] };
    this.#nextId += 1;
    const reply = nextMessage(
      child,
      templateLimits.renderMs,
      `The model's chat template did not finish within ${templateLimits.renderMs} ms or took too much memory.`,
    );
    child.send(request);
    try {
      return textsOf(await reply, request.id);
    } catch (error) {
      // A process that replied is ready for the next template; any other may still be busy.
      if (!(error instanceof TemplateFailure)) {
        this.#endChild();
      }
      throw error;
    } finally {
      this.#cancelIdle = this.#clock.after(idleMs, () => {
        this.#endChild();
      });
    }
  }

  async #startChild(): Promise<Child> {
    if (this.#closing.signal.aborted) {
      throw new AppError('cancelled', 'The node is stopping.');
    }
    try {
      this.#child = await startChild(templateProcess, this.#closing.signal);
      return this.#child;
    } catch (error) {
      throw new AppError('internal', 'The template process did not start.', { cause: error });
    }
  }

  #endChild(): void {
    this.#cancelIdle?.();
    const child = this.#child;
    this.#child = undefined;
    child?.kill();
  }
}

/** The next message of a child, or `gguf-unsupported` with `complaint` when it exits or takes too long. */
function nextMessage(child: ChildProcess, withinMs: number, complaint: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown): void => {
      stop();
      reject(new AppError('gguf-unsupported', complaint, { cause }));
    };
    const timer = setTimeout(fail, withinMs);
    const succeed = (message: unknown): void => {
      stop();
      resolve(message);
    };
    const onExit = (): void => {
      fail();
    };
    const stop = (): void => {
      clearTimeout(timer);
      child.off('message', succeed);
      child.off('exit', onExit);
      child.off('error', fail);
    };
    child.once('message', succeed);
    child.once('exit', onExit);
    child.once('error', fail);
  });
}

function textsOf(message: unknown, id: number): string[] {
  const reply = renderReplySchema.parse(message);
  if (reply.id !== id) {
    throw new AppError('internal', `The template process replied to ${reply.id} instead of ${id}.`);
  }
  if ('texts' in reply) {
    return reply.texts;
  }
  throw new TemplateFailure(reply.failure, reply.message);
}

function codeOf(failure: RenderFailure): ErrorCode {
  switch (failure) {
    case 'template':
    case 'render':
      return 'gguf-unsupported';
    case 'refusal':
      return 'request-invalid';
    case 'length':
      return 'context-too-long';
    default:
      return missingCase(failure);
  }
}

function sentenceOf(failure: RenderFailure, message: string): string {
  switch (failure) {
    case 'template':
      return `The model's chat template cannot be read: ${message}`;
    case 'render':
      return `This app cannot render the model's chat template: ${message}. Use another file of this model, or another model.`;
    case 'refusal':
      return `The model's chat template refuses these messages: ${message}`;
    case 'length':
      return `The messages take ${message} characters as the model gets them; at most ${templateLimits.renderedCharacters} are allowed.`;
    default:
      return missingCase(failure);
  }
}
