/**
 * Asks before something that cannot be undone. It is the browser's own dialog: it keeps the focus, and Escape means
 * no.
 */
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
  /** A sentence about what will happen. */
  children: string;
  /** The label of the button that confirms. */
  confirm: string;
  onConfirm: () => void;
  onCancel: () => void;
}) {
  const id = useId();
  const dialogRef = useRef<HTMLDialogElement>(null);
  // Closes the dialog before it is removed from the page, so that the focus returns to the element that had it.
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
