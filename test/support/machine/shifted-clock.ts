/** Loaded before a program, it makes the program's clock go ahead by so many milliseconds. Timers are as they were. */
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
