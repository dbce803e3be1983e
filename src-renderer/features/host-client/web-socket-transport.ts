/**
 * The connection to the headless host: a WebSocket at the page's own address. A browser does not say why a WebSocket
 * was refused. So after a failed attempt, the page requests itself over HTTP: a refusal means that this window's
 * session is over, and no response means that the host is gone.
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

/** `page` is the address of the page; the host's WebSocket has the same origin. */
export function webSocketTransport(page: URL): Transport {
  return { connect: (events) => connect(page, events) };
}
