/** Asks once more before something that cannot be undone. The system's own dialog: focus stays in it, Escape is no. */
import { useId, useLayoutEffect, useRef } from 'react';
import { text } from '../../src-shared/words/window.ts';
import { Button } from './button.tsx';

export function ConfirmDialog({
  title,
  children,
  confirm,
  onConfirm,
  onCancel,
}: {
  title: string;
  /** What will happen. */
  children: string;
  /** What the button that does it says. */
  confirm: string;
  onConfirm: () => void;
  onCancel: () => void;
}) {
  const id = useId();
  const dialogRef = useRef<HTMLDialogElement>(null);
  // Before it is taken off the page, so that the focus goes back to where it was.
  useLayoutEffect(() => {
    const dialog = dialogRef.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={dialogRef}
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-text`}
      onCancel={onCancel}
      className="m-auto max-w-md rounded-2xl border border-line bg-raised p-5 text-ink shadow-lg backdrop:bg-[rgb(0_0_0/0.5)]"
    >
      <h2 id={`${id}-title`} className="font-semibold wrap-anywhere">
        {title}
      </h2>
      <p id={`${id}-text`} className="mt-2 text-sm wrap-anywhere">
        {children}
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onCancel}>{text.app.keep}</Button>
        <Button look="danger" onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
