/** Berlin's clock in 2026, with both changes of daylight saving, for tests that may run in any zone. */
import type { Zone } from '../../../src-shared/local-time.ts';

/** 01:59 in winter time is followed by 03:00 in summer time. */
export const berlinSpring = Date.UTC(2026, 2, 29, 1);
/** 02:59 in summer time is followed by 02:00 in winter time. */
export const berlinAutumn = Date.UTC(2026, 9, 25, 1);

export const berlin: Zone = (wallMs) =>
  wallMs >= berlinSpring && wallMs < berlinAutumn ? 120 : 60;
