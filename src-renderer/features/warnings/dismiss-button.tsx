/** A button that removes a notice. */
import { IconButton } from '../../components/button.tsx';
import { text } from '../../../src-shared/words/window.ts';

export function DismissButton({ onDismiss }: { onDismiss: () => void }) {
  return (
    <IconButton
      icon="cross"
      label={text.app.dismiss}
      onClick={onDismiss}
      className="-my-1 shrink-0"
    />
  );
}
