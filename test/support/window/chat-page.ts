/** The window as a user sees it, for tests: names in place of selectors. */
import { expect, type Locator, type Page } from '@playwright/test';

/** The demo model answers in a second; a busy machine takes longer. */
const answerWithinMs = 40_000;
/** A host that was just started loads its model in a second; a busy machine takes longer. */
const modelWithinMs = 40_000;

export class ChatPage {
  readonly page: Page;
  readonly question: Locator;
  readonly send: Locator;
  readonly stop: Locator;
  readonly answers: Locator;
  readonly model: Locator;

  constructor(page: Page) {
    this.page = page;
    this.question = page.getByRole('textbox', { name: 'Your question' });
    this.send = page.getByRole('button', { name: 'Send' });
    this.stop = page.getByRole('button', { name: 'Stop' });
    this.model = page.getByRole('combobox', { name: 'Model' });
    this.answers = page.getByRole('article');
  }

  /** The newest answer. */
  get answer(): Locator {
    return this.answers.last();
  }

  get receipt(): Locator {
    return this.answer.getByRole('button', { name: /tokens? ·/ });
  }

  /** Opens the window and waits until a model can be asked. */
  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await expect(this.model).not.toHaveValue('', { timeout: modelWithinMs });
  }

  async ask(question: string): Promise<void> {
    await this.question.fill(question);
    await this.question.press('Enter');
  }

  /** Waits until the answer under way has ended in any way. */
  async answered(): Promise<void> {
    await expect(this.answer).toHaveAttribute('aria-busy', 'false', { timeout: answerWithinMs });
  }
}
