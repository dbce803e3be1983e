/** All notices, above every view. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { text } from '../../../src-shared/words/window.ts';
import { ShellNotices } from '../desktop-shell/shell-notices.tsx';
import { WarningNotices } from '../warnings/warning-notices.tsx';

export function Notices({ snapshot }: { snapshot: HostSnapshot | null }) {
  return (
    <div
      role="status"
      aria-label={text.app.notices}
      className="max-h-2/5 shrink-0 space-y-2 overflow-y-auto p-3 empty:hidden"
    >
      <ShellNotices />
      {snapshot === null ? null : <WarningNotices warnings={snapshot.warnings} />}
    </div>
  );
}
