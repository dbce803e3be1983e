import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown.tsx';

const rendered = (text: string): string => renderToStaticMarkup(createElement(Markdown, { text }));

describe("a model's words on the page", () => {
  it('keep their structure', () => {
    const html = rendered('# Title\n\n- **bold**\n\n| a |\n| - |\n| 1 |');

    expect(html).toContain('<h3>Title</h3>');
    expect(html).toContain('<li><strong>bold</strong></li>');
    expect(html).toContain('<td>1</td>');
  });

  it('never become HTML of their own', () => {
    const html = rendered(
      'Hi <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>\n\n<iframe src="https://example.org"></iframe>',
    );

    expect(html).not.toMatch(/<(img|script|iframe)/);
    expect(html).toContain('&lt;script&gt;');
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    '/host',
    '//example.org',
    '#/status',
  ])('do not link to %s', (address) => {
    expect(rendered(`[click](<${address}>)`)).not.toContain('<a');
  });

  it('link to the web and to mail, in a page that learns nothing about this one', () => {
    expect(rendered('[site](https://example.org/a?b=c)')).toContain(
      '<a href="https://example.org/a?b=c" target="_blank" rel="noopener noreferrer"',
    );
    expect(rendered('[mail](mailto:somebody@example.org)')).toContain('mailto:');
  });

  it('name pictures and do not load them', () => {
    const html = rendered('![a cat](https://example.org/cat.png)');

    expect(html).not.toContain('example.org');
    expect(html).toContain('a cat');
  });

  it('show code as it is, with a way to copy it', () => {
    const html = rendered('```html\n<b>&amp;</b>\n```');

    expect(html).toContain('&lt;b&gt;&amp;amp;&lt;/b&gt;');
    expect(html).toContain('Copy code');
  });

  it('render fast and flat however deep they are nested', () => {
    const started = performance.now();
    rendered(`${'> '.repeat(500)}deep\n\n${'['.repeat(2000)}`);

    expect(performance.now() - started).toBeLessThan(5000);
  });
});
