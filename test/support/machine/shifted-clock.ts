/**
 * Loaded before a program, it sets the program's wall clock ahead: by CLOCK_AHEAD_MS milliseconds from the start, and by
 * CLOCK_LEAP_MS more at each signal SIGUSR2, as after a sleep. Timers do not change.
 */
const RightDate = Date;
const leapMs = Number(process.env['CLOCK_LEAP_MS'] ?? 0);
let aheadMs = Number(process.env['CLOCK_AHEAD_MS'] ?? 0);

if (leapMs > 0) {
  process.on('SIGUSR2', () => {
    aheadMs += leapMs;
  });
}

globalThis.Date = class extends RightDate {
  constructor(...parameters: readonly [] | readonly [value: number | string | Date]) {
    super(parameters.length === 0 ? RightDate.now() + aheadMs : parameters[0]);
  }

  static override now(): number {
    return RightDate.now() + aheadMs;
  }
} as DateConstructor;
