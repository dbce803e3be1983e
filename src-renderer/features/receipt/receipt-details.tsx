/** The details of a receipt: every machine that took part, its time, and who may have seen the text. */
import type { Receipt } from '../../../src-shared/chat.ts';
import { Facts } from '../../components/facts.tsx';
import { shortPeer, text } from '../../../src-shared/words/window.ts';
import { routeOf } from './receipt-route.ts';

const words = text.receipt;

function Stages({ receipt, ownPeer }: { receipt: Receipt; ownPeer: string | null }) {
  return (
    <div
      className="overflow-x-auto focus-visible:-outline-offset-2"
      tabIndex={0}
      role="group"
      aria-label={words.details}
    >
      <table className="w-full text-left tabular-nums">
        <thead className="text-xs text-muted">
          <tr className="*:pr-4 *:pb-1 *:font-normal *:whitespace-nowrap">
            <th scope="col">{words.machine}</th>
            <th scope="col">{words.layersHeading}</th>
            <th scope="col">{words.compute}</th>
            <th scope="col">{words.hop}</th>
          </tr>
        </thead>
        <tbody>
          {receipt.stages.map((stage) => (
            <tr
              key={stage.firstLayer}
              className="border-t border-line *:py-1.5 *:pr-4 *:whitespace-nowrap"
            >
              <th scope="row" className="font-medium" title={stage.peer}>
                {stage.peer === ownPeer ? words.thisMachine : shortPeer(stage.peer)}
              </th>
              <td>{words.layers(stage)}</td>
              <td>{words.time(stage.computeMs)}</td>
              <td>{words.time(stage.hopMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function ReceiptDetails({
  id,
  receipt,
  ownPeer,
}: {
  id: string;
  receipt: Receipt;
  ownPeer: string | null;
}) {
  const route = routeOf(receipt, ownPeer);
  return (
    <section
      id={id}
      aria-label={words.details}
      className="mt-2 space-y-4 rounded-xl border border-line bg-canvas p-4 text-sm"
    >
      <h3 className="font-medium wrap-anywhere">{receipt.model}</h3>
      <Stages receipt={receipt} ownPeer={ownPeer} />
      <Facts
        facts={[
          { name: words.question, value: words.tokens(receipt.promptTokens) },
          { name: words.answer, value: words.tokens(receipt.tokens) },
          { name: words.firstWord, value: words.time(receipt.firstTokenMs) },
          { name: words.total, value: words.time(receipt.totalMs) },
        ]}
      />
      {route.kind === 'unknown' ? null : (
        <p className="text-muted">
          {route.kind === 'here' ? words.privacyHere : words.privacyPeers}
        </p>
      )}
    </section>
  );
}
