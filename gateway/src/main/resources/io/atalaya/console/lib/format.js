/**
 * Numbers, times and sizes as people of a language write them. What is not known is a dash, never a zero.
 */
export const UNKNOWN = '–';

let locale = 'en';
let cache = new Map();

export function useLocale(wanted) {
  locale = wanted;
  cache = new Map();
}

function numbers(options) {
  const key = JSON.stringify(options);
  if (!cache.has(key)) {
    cache.set(key, new Intl.NumberFormat(locale, options));
  }
  return cache.get(key);
}

function times(options) {
  const key = `t${JSON.stringify(options)}`;
  if (!cache.has(key)) {
    cache.set(key, new Intl.DateTimeFormat(locale, options));
  }
  return cache.get(key);
}

const known = (value) => typeof value === 'number' && Number.isFinite(value);

/** A whole number with its groups: 19,000. */
export function count(value) {
  return known(value) ? numbers({ maximumFractionDigits: 0, useGrouping: 'min2' }).format(value) : UNKNOWN;
}

/** A number short enough for a tile or an axis: 1.2K, 19K. */
export function short(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  return Math.abs(value) < 1_000
    ? numbers({ maximumSignificantDigits: 3 }).format(value)
    : numbers({ notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}

/** Something per second: whole numbers from ten on. */
export function rate(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  return value !== 0 && Math.abs(value) < 10
    ? numbers({ maximumFractionDigits: 1 }).format(value)
    : numbers({ maximumFractionDigits: 0, useGrouping: 'min2' }).format(value);
}

/** A number with at most `digits` digits behind the point. */
export function decimal(value, digits = 1) {
  return known(value) ? numbers({ maximumFractionDigits: digits }).format(value) : UNKNOWN;
}

/** A share (0 … 1) as a percentage. */
export function percent(share, digits = 1) {
  return known(share) ? numbers({ style: 'percent', maximumFractionDigits: digits }).format(share) : UNKNOWN;
}

/** A duration in milliseconds, in the unit that suits it: 0.34 ms, 12 ms, 1.5 s. */
export function millis(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  if (value < 1_000) {
    const digits = value === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return `${numbers({ maximumFractionDigits: digits }).format(value)} ms`;
  }
  return span(value / 1_000);
}

/** A duration in seconds: 4 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export function span(seconds) {
  if (!known(seconds)) {
    return UNKNOWN;
  }
  if (seconds < 10) {
    return `${numbers({ maximumFractionDigits: 1 }).format(seconds)} s`;
  }
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${count(value)} ${unit}`)
    .join(' ');
}

/** A number of bytes: 512 B, 1.4 MiB. */
export function bytes(value) {
  if (!known(value)) {
    return UNKNOWN;
  }
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (size >= 1_024 && unit < units.length - 1) {
    size /= 1_024;
    unit += 1;
  }
  return `${numbers({ maximumFractionDigits: unit === 0 || size >= 100 ? 0 : 1 }).format(size)} ${units[unit]}`;
}

const asDate = (value) => {
  const date = value instanceof Date ? value : new Date(value);
  return value === null || value === undefined || Number.isNaN(date.getTime()) ? null : date;
};

/** The time of day, with seconds. */
export function clock(value) {
  const date = asDate(value);
  return date ? times({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }).format(date) : UNKNOWN;
}

/** The time of day with milliseconds, for what happens in a row. */
export function preciseClock(value) {
  const date = asDate(value);
  return date
    ? times({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false }).format(date)
    : UNKNOWN;
}

/** Day and time. */
export function moment(value) {
  const date = asDate(value);
  return date ? times({ dateStyle: 'medium', timeStyle: 'medium', hour12: false }).format(date) : UNKNOWN;
}

/** Day and time with milliseconds. */
export function preciseMoment(value) {
  const date = asDate(value);
  const day = { year: 'numeric', month: 'short', day: 'numeric' };
  return date
    ? times({ ...day, hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false }).format(date)
    : UNKNOWN;
}

/** A month, from `2030-06`. */
export function month(text) {
  const date = asDate(`${text}-15T12:00:00Z`);
  return date ? times({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(date) : String(text);
}
