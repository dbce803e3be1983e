/** A button that opens a short menu. The menu closes when an entry is chosen or the focus leaves it. */
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

export interface MenuChoice<T extends string> {
  readonly value: T;
  readonly label: string;
  /** Whether the entry is the current choice. */
  readonly isCurrent: boolean;
}

export function MenuButton<T extends string>({
  label,
  icon,
  choices,
  disabled,
  onChoose,
}: {
  label: string;
  icon: IconName;
  choices: readonly MenuChoice<T>[];
  disabled: boolean;
  onChoose: (value: T) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const triggerRef = useRef<HTMLButtonElement>(null);
  const listRef = useRef<HTMLUListElement>(null);
  const listId = useId();

  const close = (): void => {
    setIsOpen(false);
    triggerRef.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && isOpen) {
      event.stopPropagation();
      close();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && isOpen) {
      event.preventDefault();
      moveFocus(listRef.current, step);
    }
  };
  return (
    <div
      className="relative"
      onKeyDown={onKeyDown}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) {
          setIsOpen(false);
        }
      }}
    >
      <Button
        ref={triggerRef}
        icon={icon}
        disabled={disabled}
        aria-expanded={isOpen}
        aria-controls={isOpen ? listId : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        {label}
        <Icon
          name="chevron"
          className={`size-3.5 transition-transform ${isOpen ? 'rotate-180' : ''}`}
        />
      </Button>
      {isOpen ? (
        <ul
          ref={listRef}
          id={listId}
          aria-label={label}
          className="absolute left-0 z-10 mt-1 min-w-56 rounded-xl border border-line bg-raised p-1 shadow-lg"
        >
          {choices.map(({ value, label, isCurrent }) => (
            <li key={value}>
              <button
                type="button"
                aria-pressed={isCurrent}
                onClick={() => {
                  close();
                  onChoose(value);
                }}
                className="flex w-full items-center justify-between gap-4 rounded-lg px-3 py-1.5 text-left text-sm whitespace-nowrap hover:bg-soft focus-visible:-outline-offset-2"
              >
                {label}
                {isCurrent ? <Icon name="check" /> : null}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** Moves the focus to another button of the list, from the last to the first and back. */
function moveFocus(list: HTMLElement | null, step: number): void {
  const buttons = [...(list?.querySelectorAll('button') ?? [])];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const start = at === -1 && step < 0 ? 0 : at;
  buttons.at((start + step) % buttons.length)?.focus();
}
