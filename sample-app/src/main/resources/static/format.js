// Figures and times as text.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export const ABSENT = '–';

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

export function count(value) {
  return isNumber(value) ? whole.format(value) : ABSENT;
}

/** A rate: small ones keep a digit, so that a trickle does not read as nothing. */
export function rate(value) {
  if (!isNumber(value)) {
    return ABSENT;
  }
  return value < 10 ? oneDigit.format(value) : whole.format(value);
}

export function short(value) {
  return isNumber(value) ? compact.format(value) : ABSENT;
}

export function bytes(value) {
  if (!isNumber(value)) {
    return ABSENT;
  }
  let unit = 0;
  let amount = value;
  while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${amount < 10 && unit > 0 ? oneDigit.format(amount) : whole.format(amount)} ${BYTE_UNITS[unit]}`;
}

export function plural(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

export function ago(millis) {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 1) {
    return 'just now';
  }
  if (seconds < 60) {
    return `${seconds} s ago`;
  }
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

const two = (value) => String(value).padStart(2, '0');

/** Local date and time to the second, or the text itself if it is no date. */
export function dateTime(text) {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    return text ?? ABSENT;
  }
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
