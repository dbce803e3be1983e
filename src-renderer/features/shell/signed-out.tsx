/** What is left of the window when the host does not know it any more. */
import { Button } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { text } from '../../locales/text.ts';

export function SignedOut() {
  return (
    <main className="flex h-full flex-col items-center justify-center gap-4 p-6 text-center">
      <Mark className="size-12" />
      <div role="alert" className="max-w-md">
        <h1 className="text-lg font-semibold">{text.connection.signedOutTitle}</h1>
        <p className="mt-1 text-muted">{text.connection.signedOut}</p>
      </div>
      <Button onClick={() => location.reload()}>{text.connection.tryAgain}</Button>
    </main>
  );
}
