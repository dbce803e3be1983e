/** A view with a title, a sentence about it, and cards. It is no wider than lines stay readable. */
import type { ReactNode } from 'react';

export function Page({
  title,
  lead,
  children,
}: {
  title: string;
  lead: string;
  children: ReactNode;
}) {
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-4xl space-y-4 p-4 md:p-6">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          <p className="text-sm text-muted">{lead}</p>
        </div>
        {children}
      </div>
    </div>
  );
}
