import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../support/gateway/gateway-clock.ts';
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

  it.each([
    [
      'asks for the length of tools that are not none',
      '{% if tools is not none and tools|length > 0 %}T{% endif %}x',
    ],
    ['goes through tools unasked', '{% for tool in tools %}T{% endfor %}x'],
    [
      'selects among tools',
      '{% if tools | selectattr("type", "equalto", "code") | list %}T{% endif %}x',
    ],
    ['goes through documents', '{% for document in documents %}T{% endfor %}x'],
    ['adds functions to its text', '{{ "" + datetime }}{% if functions != "[]" %}T{% endif %}x'],
    ['wants no more than the messages', 'x'],
  ])('renders a template that %s, without tools', async (_, template) => {
    expect(await renderer.render(template, [input])).toEqual(['x']);
  });

  it('leaves the beginning of a template as it is', async () => {
    expect(await renderer.render('\n  {{ eos_token }}', [input])).toEqual(['\n  </s>']);
  });

  it('blames the template, not the messages, when it does what cannot be rendered', async () => {
    for (const template of ['{{ {1: 2}[1] }}', '{{ unknown_function() }}']) {
      await expect(renderer.render(template, [input])).rejects.toMatchObject({
        code: 'gguf-unsupported',
        message: expect.stringMatching(/^This app cannot render the model's chat template: /),
      });
    }
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

  it('ends its process when it was idle for a while', async () => {
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
