/** The result of a benchmark, and its output: a table for people on stderr, one line of JSON on stdout. */

export type BenchResult = {
  /** Rows of the table: equal keys, short values. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** Remarks below the table: where the time goes, and what was left out and why. */
  readonly remarks: readonly string[];
  /** The JSON line. */
  readonly figures: Readonly<Record<string, number | boolean | string | null>>;
};

export type Bench = { readonly about: string; readonly run: () => Promise<BenchResult> };

/** Columns as wide as their widest cell, numbers to the right. */
function formatTable(rows: BenchResult['rows']): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => columns.map((column) => String(row[column] ?? '')));
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...cells.map((row) => row[index]?.length ?? 0)),
  );
  const line = (values: readonly string[], numeric: boolean): string =>
    values
      .map((value, index) => {
        const isNumber = numeric && typeof rows[0]?.[columns[index] ?? ''] === 'number';
        return isNumber ? value.padStart(widths[index] ?? 0) : value.padEnd(widths[index] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns, true),
    line(
      widths.map((width) => '-'.repeat(width)),
      false,
    ),
    ...cells.map((row) => line(row, true)),
  ].join('\n');
}

export function printResult(name: string, result: BenchResult): void {
  console.error(`\n${formatTable(result.rows)}\n`);
  for (const remark of result.remarks) {
    console.error(`  ${remark}`);
  }
  console.log(JSON.stringify({ bench: name, ...result.figures }));
}

/** Writes a line about the progress to stderr. */
export function say(message: string): void {
  console.error(message);
}
