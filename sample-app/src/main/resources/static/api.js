// Talking to the server: JSON requests, problem details, retry delays and streams that come back.

const LONGEST_DELAY_MILLIS = 15_000;

/** The server answered, but with a refusal; the message is fit to be shown. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Says why a response was refused: the problem's detail if it has one, else the status. */
export function refusal(status, body) {
  try {
    const problem = JSON.parse(body);
    const message = problem.detail ?? problem.title ?? problem.error;
    if (typeof message === 'string' && message !== '') {
      return new Refusal(status, message);
    }
  } catch {
    // not JSON: the status has to do
  }
  return new Refusal(status, `The server answered with status ${status}.`);
}

/** Fetches JSON. Throws a Refusal for an answer that is not a success, and what fetch throws otherwise. */
export async function fetchJson(url, { timeoutMillis = 15_000, signal, ...options } = {}) {
  const timeout = AbortSignal.timeout(timeoutMillis);
  const response = await fetch(url, {
    cache: 'no-store',
    ...options,
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  const body = await response.text();
  if (!response.ok) {
    throw refusal(response.status, body);
  }
  return parseExact(body);
}

/** Parses JSON; a number that a double cannot hold keeps its digits where the browser can tell them. */
export function parseExact(text) {
  if (typeof JSON.rawJSON !== 'function') {
    return JSON.parse(text);
  }
  return JSON.parse(text, (key, value, context) => {
    const inexact = typeof value === 'number' && String(value) !== context?.source;
    return inexact && context?.source && !Number.isSafeInteger(value) ? JSON.rawJSON(context.source) : value;
  });
}

/** Query string from the parameters that have a value. */
export function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== '' && value != null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** Doubles with every attempt up to a bound, with jitter so that several pages do not return in step. */
export function retryDelayMillis(attempt) {
  const delay = Math.min(LONGEST_DELAY_MILLIS, 500 * 2 ** attempt);
  return delay * (0.75 + Math.random() / 2);
}

/**
 * A stream of server-sent events that reconnects by itself.
 *
 * `url()` is asked at each attempt; `onMessage(event)` gets each message; `onState` gets 'live', 'down',
 * or 'absent' when it is given up. When the server answered but gave no stream, `isFinal()` finds out
 * whether asking again is of no use.
 */
export class LiveStream {
  #source = null;
  #timer = 0;
  #attempt = 0;

  constructor({ url, onMessage, onState, isFinal }) {
    this.url = url;
    this.onMessage = onMessage;
    this.onState = onState;
    this.isFinal = isFinal;
  }

  open() {
    this.close();
    const source = new EventSource(this.url());
    this.#source = source;
    source.onopen = () => {
      this.#attempt = 0;
      this.onState('live');
    };
    source.onmessage = this.onMessage;
    source.onerror = () => this.#failed(source);
  }

  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  async #failed(source) {
    const refused = source.readyState === EventSource.CLOSED;
    source.close();
    const final = refused && (await this.isFinal());
    if (this.#source !== source) {
      return; // closed or opened anew meanwhile
    }
    this.close();
    this.onState(final ? 'absent' : 'down');
    if (!final) {
      this.#timer = setTimeout(() => this.open(), retryDelayMillis(this.#attempt++));
    }
  }
}
