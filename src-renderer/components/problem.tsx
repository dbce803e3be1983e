/** Shows why the last action failed; nothing where it did not. */

export function Problem({ children }: { children: string | null }) {
  return children === null ? null : (
    <p role="alert" className="text-sm text-bad wrap-anywhere">
      {children}
    </p>
  );
}
