/** Why what was just asked for was not done; nothing where it was. */

export function Problem({ children }: { children: string | null }) {
  return children === null ? null : (
    <p role="alert" className="text-sm text-bad wrap-anywhere">
      {children}
    </p>
  );
}
