/** A block of code in an answer, with its language and a button that copies it. */
import { isValidElement, type ReactNode } from 'react';
import { CopyButton } from '../../components/copy-button.tsx';
import { text } from '../../../src-shared/words/window.ts';

interface CodeProps {
  className?: string;
  children?: ReactNode;
}

/** `children`: the `code` element that Markdown puts inside `pre`. */
export function CodeBlock({ children }: { children?: ReactNode }) {
  const code = isValidElement<CodeProps>(children) ? children.props : {};
  const source = typeof code.children === 'string' ? code.children.replace(/\n$/, '') : '';
  const language = /language-(\S+)/.exec(code.className ?? '')?.[1] ?? text.chat.code;
  return (
    <div className="my-3 overflow-hidden rounded-xl border border-line bg-canvas">
      <div className="flex items-center justify-between border-b border-line py-0.5 pr-1 pl-3.5">
        <span className="text-xs text-muted">{language}</span>
        <CopyButton value={source} label={text.chat.copyCode} />
      </div>
      {/* The block scrolls sideways, so the keyboard must reach it. */}
      <pre
        className="overflow-x-auto px-3.5 py-3 font-mono text-[0.8125rem] leading-relaxed focus-visible:-outline-offset-2"
        tabIndex={0}
        role="group"
        aria-label={text.chat.codeBlock(language)}
      >
        <code>{source}</code>
      </pre>
    </div>
  );
}
