import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../support/gateway-clock.ts';
import type { TemplateInput } from '../../src-worker/node/text/template-messages.ts';
import { TemplateRenderer } from '../../src-worker/node/text/template-renderer.ts';

const input: TemplateInput = {
  messages: [{ role: 'user', content: ' Hello ' }],
  add_generation_prompt: true,
  bos_token: '<s>',
  eos_token: '</s>',
};

describe('the template renderer', () => {
  const clock = new ManualClock();
  const renderer = new TemplateRenderer(clock);
  afterEach(async () => {
    await clock.pass(60_000);
  });

  it('renders a template for several inputs', async () => {
    const template =
      '{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}';
    const other = { ...input, messages: [{ role: 'system', content: 'Be brief.' }] };
    expect(await renderer.render(template, [input, other])).toEqual([
      '<s><user>Hello',
      '<s><system>Be brief.',
    ]);
  });

  it.each([
    ['loops', '{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}'],
    [
      'eats memory',
      '{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}{{ n.l }}',
    ],
    ['has no end to its depth', `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`],
    ['is no template', '{% for %}'],
    ['is longer than any', 'x'.repeat(300_000)],
  ])('survives a template that %s, and renders the next one', async (_, template) => {
    await expect(renderer.render(template, [input])).rejects.toMatchObject({
      code: 'gguf-unsupported',
    });
    expect(await renderer.render('{{ eos_token }}', [input])).toEqual(['</s>']);
  });

  it('says what a template has against the messages', async () => {
    await expect(
      renderer.render('{{ raise_exception("Roles must alternate") }}', [input]),
    ).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining('Roles must alternate'),
    });
  });

  it('refuses a text that is longer than any model reads', async () => {
    const template =
      '{% set n = namespace(s="0123456789") %}{% for i in range(20) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s }}';
    await expect(renderer.render(template, [input])).rejects.toMatchObject({
      code: 'context-too-long',
      message: expect.stringContaining('10485760'),
    });
  });

  it('gives templates no way to JavaScript', async () => {
    const template = '{{ messages.constructor }}{{ "".constructor }}{{ messages.__proto__ }}';
    expect(await renderer.render(template, [input])).toEqual(['']);
  });

  it('ends its process when nobody has asked for a while', async () => {
    expect(await renderer.render('{{ eos_token }}', [input])).toEqual(['</s>']);
    expect(clock.pendingTimers).toBe(1);
    await clock.pass(60_000);
    expect(clock.pendingTimers).toBe(0);
    expect(await renderer.render('{{ bos_token }}', [input])).toEqual(['<s>']);
  });

  it('starts nothing once closed', async () => {
    const closed = new TemplateRenderer(clock);
    closed.close();
    await expect(closed.render('x', [input])).rejects.toMatchObject({ code: 'cancelled' });
  });
});
