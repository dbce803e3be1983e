/**
 * @libp2p/tls dates its certificates one hour back and has no option for it, and a peer refuses one that is not valid
 * yet by the peer's own clock. A computer that also runs Windows is often wrong by hours, and one without a battery by
 * years; it could connect to no peer. The dates prove nothing: each connection has a new certificate, signed by the peer.
 */
import type { ConnectionEncrypter } from '@libp2p/interface';

/** A certificate is good for a hundred years from when it seems to be made. */
const datedBackMs = 30 * 365 * 24 * 3600_000;

/** The encrypter, with certificates that are valid from long ago. */
export function dateBack<Components>(
  makeEncrypter: (components: Components) => ConnectionEncrypter,
): (components: Components) => ConnectionEncrypter {
  return (components) => {
    const encrypter = makeEncrypter(components);
    const secureInbound = encrypter.secureInbound.bind(encrypter);
    const secureOutbound = encrypter.secureOutbound.bind(encrypter);
    encrypter.secureInbound = (...parameters) => longAgo(() => secureInbound(...parameters));
    encrypter.secureOutbound = (...parameters) => longAgo(() => secureOutbound(...parameters));
    return encrypter;
  };
}

/** The library reads the time once, before it first waits for anything, and so before any other code runs. */
function longAgo<T>(begin: () => T): T {
  const { now } = Date;
  Date.now = () => now() - datedBackMs;
  try {
    return begin();
  } finally {
    Date.now = now;
  }
}
