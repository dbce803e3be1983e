/** An invite as a picture that a camera reads. Pure. */
import { renderSVG } from 'uqr';

/** Dark modules on white in any theme, with the border of four modules that readers count on (ISO/IEC 18004). */
const look = { ecc: 'L', border: 4, whiteColor: '#ffffff', blackColor: '#000000' } as const;

/** Address of the picture, with the picture in it; null for a text that is too long for one. */
export function invitePicture(link: string): string | null {
  try {
    return `data:image/svg+xml,${encodeURIComponent(renderSVG(link, look))}`;
  } catch {
    return null;
  }
}
