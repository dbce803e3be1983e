/** One question to a host and its answer, for whatever shows it. */
import type { ChatMessage, ChatRequestInput, Receipt } from '../../src-shared/chat.ts';
import type { HostConnection } from './host-connection.ts';
import { receiptLine } from '../../src-shared/words/command-line.ts';
import { note } from './terminal.ts';

/** The model to ask, and the rules that say which peers may answer. */
export type Asked = Pick<ChatRequestInput, 'model' | 'rules'>;

type Answer = { readonly text: string; readonly receipt: Receipt | undefined };

/** Asks for one answer; `onText` gets it as it comes. */
export async function ask(
  connection: HostConnection,
  asked: Asked,
  messages: ChatMessage[],
  signal: AbortSignal,
  onText: (piece: string) => void,
): Promise<Answer> {
  let text = '';
  let receipt: Receipt | undefined;
  await connection.chat(
    { ...asked, messages },
    (event) => {
      if (event.type === 'text') {
        text += event.text;
        onText(event.text);
      } else if (event.type === 'done') {
        [receipt] = event.receipts;
      }
    },
    signal,
  );
  return { text, receipt };
}

/** The receipt goes to stderr: stdout has the answer alone, for programs that read it. */
export function tellReceipt(connection: HostConnection, receipt: Receipt | undefined): void {
  if (receipt !== undefined) {
    note(receiptLine(receipt, connection.snapshot().node?.peer));
  }
}
