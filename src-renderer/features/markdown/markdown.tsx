/**
 * Renders a model's text as Markdown and nothing else: HTML stays text, pictures are never loaded, and links lead
 * only where safe-link.ts allows, to pages that learn nothing about this one.
 */
import { memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { text as words } from '../../../src-shared/words/window.ts';
import { CodeBlock } from './code-block.tsx';
import { markdownBlocks } from './markdown-blocks.ts';
import { safeLink } from './safe-link.ts';

function Link({ href, children }: { href?: string | undefined; children?: ReactNode }) {
  const address = safeLink(href);
  return address === null ? (
    children
  ) : (
    <a href={address} target="_blank" rel="noopener noreferrer" title={address}>
      {children}
    </a>
  );
}

function Picture({ alt }: { alt?: string | undefined }) {
  return <em>{words.chat.pictureNotLoaded(alt ?? '')}</em>;
}

function Table({ children }: { children?: ReactNode }) {
  return (
    <div
      className="overflow-x-auto focus-visible:-outline-offset-2"
      tabIndex={0}
      role="group"
      aria-label={words.chat.table}
    >
      <table>{children}</table>
    </div>
  );
}

// The page has headings of the first two levels; those of an answer are below them.
const components: Components = {
  h1: 'h3',
  h2: 'h4',
  h3: 'h5',
  h4: 'h6',
  h5: 'h6',
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ alt }) => <Picture alt={alt} />,
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children }) => <Table>{children}</Table>,
};

const plugins = [remarkGfm];

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components}>
      {text}
    </ReactMarkdown>
  );
});

export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown">
      {markdownBlocks(text).map((block) => (
        <Block key={block.start} text={block.text} />
      ))}
    </div>
  );
}
