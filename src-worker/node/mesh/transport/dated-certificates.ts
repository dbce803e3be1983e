/**
 * @libp2p/tls dates its certificates one hour back and has no option for it, and a peer refuses one that is not valid yet by
 * the peer's own clock. The clock of a computer that also runs Windows is often wrong by hours, and without a battery by
 * years; such a computer could connect to no peer. The dates prove nothing anyway: each connection has a new certificate,
 * signed by the peer.
 */
import type { ConnectionEncrypter } from '@libp2p/interface';

/** How far certificates are dated back, in milliseconds; each is valid for a hundred years from its date. */
const datedBackMs = 30 * 365 * 24 * 3600_000;

/** The encrypter, with certificates that have been valid for decades. */
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

/** Runs `begin` with a clock set back. The library reads the time before its first await, so no other code sees that clock. */
function longAgo<T>(begin: () => T): T {
  const { now } = Date;
  Date.now = () => now() - datedBackMs;
  try {
    return begin();
  } finally {
    Date.now = now;
  }
}
