/** Fields of a form, each with a label above and a help text below. */
import { type ComponentProps, type ReactNode, useId } from 'react';

const box =
  'w-full min-w-0 rounded-lg border border-line bg-surface px-2.5 py-1 placeholder:text-muted hover:border-accent aria-[invalid=true]:border-bad';

interface Labelled {
  label: string;
  help?: string;
}

function Field({
  id,
  label,
  help,
  className = '',
  children,
}: Labelled & { id: string; className?: string | undefined; children: ReactNode }) {
  return (
    <div className={`min-w-0 space-y-1 ${className}`}>
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      {children}
      {help === undefined ? null : (
        <p id={`${id}-help`} className="text-xs text-muted">
          {help}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  help,
  className,
  ...rest
}: Labelled & Omit<ComponentProps<'input'>, 'id'>) {
  const id = useId();
  return (
    <Field id={id} label={label} className={className} {...(help === undefined ? {} : { help })}>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        {...rest}
        className={box}
      />
    </Field>
  );
}

export function SelectField<T extends string>({
  label,
  help,
  className,
  value,
  choices,
  onChoose,
}: Labelled & {
  className?: string;
  value: T;
  choices: readonly { readonly value: T; readonly label: string }[];
  onChoose: (value: T) => void;
}) {
  const id = useId();
  return (
    <Field id={id} label={label} className={className} {...(help === undefined ? {} : { help })}>
      <select
        id={id}
        value={value}
        aria-describedby={help === undefined ? undefined : `${id}-help`}
        onChange={({ target }) => {
          const chosen = choices.find((choice) => choice.value === target.value);
          if (chosen !== undefined) {
            onChoose(chosen.value);
          }
        }}
        className={`${box} [&>option]:bg-raised [&>option]:text-ink`}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </Field>
  );
}
