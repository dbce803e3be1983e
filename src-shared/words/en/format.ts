/** Numbers, amounts and times as people read them. */

const locale = 'en';
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const twoDigits = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const dayAndMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' });

const countries = new Intl.DisplayNames(locale, { type: 'region' });
const hourAndMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** A count, with separators. */
export function count(value: number): string {
  return whole.format(value);
}

/** A rate, with one digit after the point for small numbers. */
export function rate(value: number): string {
  return (value < 100 ? oneDigit : whole).format(value);
}

/** Bytes in powers of 1024, as video memory is sold. */
export function bytes(value: number): string {
  return inUnits(value, 1024);
}

/** Bytes in powers of 1000, as disks and downloads are measured. */
export function diskBytes(value: number): string {
  return inUnits(value, 1000);
}

function inUnits(value: number, step: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let amount = value;
  let unit = 0;
  while (amount >= step && unit < units.length - 1) {
    amount /= step;
    unit += 1;
  }
  return `${(amount < 100 && unit > 0 ? oneDigit : whole).format(amount)} ${units[unit]}`;
}

/** A short time: "0.42 ms", "85 ms", "1.4 s", "2 min 5 s". */
export function milliseconds(value: number): string {
  if (value < 10) {
    return `${twoDigits.format(value)} ms`;
  }
  if (value < 1000) {
    return `${whole.format(value)} ms`;
  }
  if (value < 60_000) {
    return `${oneDigit.format(value / 1000)} s`;
  }
  const seconds = Math.round(value / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long something has been running, in its two largest units at most. */
export function duration(value: number): string {
  const minutes = Math.max(0, Math.floor(value / 60_000));
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (days > 0) {
    return `${days} d ${hours % 24} h`;
  }
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

/** A local day "2025-03-01" as "1 March", or as the language writes it; a text that is no day stays. */
export function day(value: string): string {
  const date = new Date(`${value}T12:00:00`);
  return Number.isNaN(date.getTime()) ? value : dayAndMonth.format(date);
}

/** The name of a country by its two letters; other letters stay. */
export function countryName(region: string): string {
  try {
    return countries.of(region) ?? region;
  } catch {
    return region;
  }
}

/** A share from 0 to 1. */
export function percent(share: number): string {
  return `${whole.format(share * 100)} %`;
}

/** A time of day, as in the host's sentences: "14:05". */
export function timeOfDay(wallMs: number): string {
  return hourAndMinute.format(wallMs);
}

/** Turns a clause of the host into a sentence. */
export function asSentence(words: string): string {
  const end = /[.!?…]$/.test(words) ? '' : '.';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${end}`;
}

/** The end of a peer id, which tells peers apart; most ids begin alike. */
export function shortPeer(peer: string): string {
  return peer.length <= 12 ? peer : `…${peer.slice(-8)}`;
}
