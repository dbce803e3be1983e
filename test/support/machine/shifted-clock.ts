/**
 * Loaded before a program, it sets the program's wall clock ahead by this many milliseconds. Timers do not change.
 */
const RightDate = Date;
const aheadMs = Number(process.env['CLOCK_AHEAD_MS']);

globalThis.Date = class extends RightDate {
  constructor(...parameters: readonly [] | readonly [value: number | string | Date]) {
    super(parameters.length === 0 ? RightDate.now() + aheadMs : parameters[0]);
  }

  static override now(): number {
    return RightDate.now() + aheadMs;
  }
} as DateConstructor;
