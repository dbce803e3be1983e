/** Takes a notice away that needs nothing more from the person. */
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
