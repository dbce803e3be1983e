/**
 * The wire to the headless host: a WebSocket on the page's own address. A browser hides why a WebSocket
 * was refused, so after a failed attempt the page asks for itself over HTTP: an answer that refuses means
 * that this window's session is over, no answer means that the host is gone.
 */
import type { Link, LinkEnd, LinkEvents, Transport } from './transport.ts';

const refusals = new Set([401, 403]);

async function whyRefused(page: URL): Promise<LinkEnd> {
  try {
    const response = await fetch(page, { method: 'HEAD', cache: 'no-store' });
    return refusals.has(response.status) ? 'signed-out' : 'lost';
  } catch {
    return 'lost';
  }
}

function connect(page: URL, events: LinkEvents): Link {
  const address = new URL('/host', page);
  address.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  let opened = false;
  socket.addEventListener('open', () => {
    opened = true;
    events.onOpen();
  });
  socket.addEventListener('message', (event) => {
    if (typeof event.data === 'string') {
      events.onText(event.data);
    }
  });
  socket.addEventListener('close', () => {
    if (opened) {
      events.onEnd('lost');
    } else {
      void whyRefused(page).then((end) => events.onEnd(end));
    }
  });
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(text);
      }
    },
    close: () => socket.close(),
  };
}

/** `page` is the address of the page itself; the host serves the socket beside it. */
export function webSocketTransport(page: URL): Transport {
  return { connect: (events) => connect(page, events) };
}
