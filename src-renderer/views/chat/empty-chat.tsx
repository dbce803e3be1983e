/** An empty conversation: what this is, and three suggested questions. */
import { Mark } from '../../components/mark.tsx';
import { text } from '../../../src-shared/words/window.ts';

export function EmptyChat({
  disabled,
  onAsk,
}: {
  disabled: boolean;
  onAsk: (question: string) => void;
}) {
  return (
    <div className="m-auto w-full py-8 text-center">
      <Mark className="mx-auto size-14" />
      <h2 className="mt-5 text-2xl font-semibold tracking-tight">{text.chat.emptyTitle}</h2>
      <p className="mx-auto mt-2 max-w-md text-balance text-muted">{text.chat.emptySentence}</p>
      <ul
        aria-label={text.chat.suggestionsLabel}
        className="mt-7 flex flex-wrap justify-center gap-2"
      >
        {text.chat.suggestions.map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              disabled={disabled}
              onClick={() => onAsk(suggestion)}
              className="rounded-full border border-line bg-raised px-4 py-2 text-sm transition-colors hover:border-accent hover:bg-soft disabled:opacity-50"
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
