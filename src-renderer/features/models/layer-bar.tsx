/**
 * A model's layers in a row: filled where this machine serves them, pale where it has them but has not loaded them,
 * striped where peers host them, empty where nobody does. A small model shows each layer, a deep one its runs.
 */
import type { LayerHolder, LayerRun } from './layer-coverage.ts';
import { text } from '../../../src-shared/words/window.ts';

// With more layers, single ones would be thinner than the gaps between them.
const mostSingleLayers = 64;

const looks: Record<LayerHolder, string> = {
  here: 'bg-accent',
  peer: 'border border-accent bg-[repeating-linear-gradient(135deg,var(--accent)_0_2px,transparent_2px_5px)]',
  idle: 'bg-accent/35',
  nobody: 'border border-dashed border-muted/60',
};

interface Cell {
  readonly holder: LayerHolder;
  readonly firstLayer: number;
  readonly width: number;
}

function cellsOf(runs: readonly LayerRun[]): Cell[] {
  const layers = (runs.at(-1)?.lastLayer ?? 0) + 1;
  return runs.flatMap(({ firstLayer, lastLayer, holder }): Cell[] => {
    const width = lastLayer - firstLayer + 1;
    return layers > mostSingleLayers
      ? [{ holder, firstLayer, width }]
      : Array.from({ length: width }, (_, index) => ({
          holder,
          firstLayer: firstLayer + index,
          width: 1,
        }));
  });
}

export function LayerBar({ runs }: { runs: readonly LayerRun[] }) {
  const label = text.status.coverage(runs.map((run) => ({ range: run, holder: run.holder })));
  return (
    <div role="img" aria-label={label} title={label} className="flex h-3 w-full gap-0.5">
      {cellsOf(runs).map((cell) => (
        <div
          key={cell.firstLayer}
          className={`min-w-0 basis-0 rounded-[3px] ${looks[cell.holder]}`}
          style={{ flexGrow: cell.width }}
        />
      ))}
    </div>
  );
}

/** The legend of the bar. */
export function LayerLegend() {
  const entries: readonly [LayerHolder, string][] = [
    ['here', text.status.legendHere],
    ['peer', text.status.legendPeer],
    ['idle', text.status.legendIdle],
    ['nobody', text.status.legendNobody],
  ];
  return (
    <p className="flex flex-wrap items-center gap-x-3 text-xs text-muted">
      <span>{text.status.legend}</span>
      {entries.map(([holder, name]) => (
        <span key={holder} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={`h-2.5 w-3.5 rounded-[3px] ${looks[holder]}`} />
          {name}
        </span>
      ))}
    </p>
  );
}
