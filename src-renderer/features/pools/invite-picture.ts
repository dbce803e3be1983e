/** An invite as a QR code. Pure. */
import { renderSVG } from 'uqr';

/** Dark modules on white in any theme, with the border of four modules that readers need (ISO/IEC 18004). */
const look = { ecc: 'L', border: 4, whiteColor: '#ffffff', blackColor: '#000000' } as const;

/** A data URL of the picture; null for a text that is too long for a QR code. */
export function invitePicture(link: string): string | null {
  try {
    return `data:image/svg+xml,${encodeURIComponent(renderSVG(link, look))}`;
  } catch {
    return null;
  }
}
