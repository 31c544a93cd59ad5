// The load generator: paced batches of synthetic issue events, never more than two requests in flight.

import { fetchJson } from './api.js';
import { byId, setText, showError } from './dom.js';
import { count, rate } from './format.js';
import { syntheticLines } from './synthetic.js';

const RUN_MILLIS = 60_000;
const TICK_MILLIS = 50;
const IN_FLIGHT_LIMIT = 2;
const CHUNK_LINES = { smallest: 20, first: 200, largest: 2000 };
const SLOW_MILLIS = 400;
const FAST_MILLIS = 150;
/** Behind schedule by more than this, the rest is given up instead of caught up. */
const CREDIT_SECONDS = 0.5;
const LAST_ANSWERS_MILLIS = 2000;

let offeredInTotal = 0;
let run = null;

/** Events this page has offered since it was opened; also counts uploads. */
export const offeredHere = () => offeredInTotal;

export function countOffered(events) {
  offeredInTotal += events;
}

export function startLoad() {
  byId('load-form').addEventListener('submit', (event) => {
    event.preventDefault();
    start();
  });
  byId('load-stop').addEventListener('click', () => run?.stop('Stopped.'));
  byId('load-max').addEventListener('change', showEnabled);
}

function start() {
  const input = byId('load-rate');
  const fastest = byId('load-max').checked;
  const valid = fastest || (input.value !== '' && input.checkValidity());
  showError(byId('load-error'), valid ? '' : 'A whole number from 1 to 1,000,000.', input);
  if (valid && run === null) {
    run = new LoadRun(fastest ? Infinity : input.valueAsNumber);
    showEnabled();
  }
}

function showEnabled() {
  byId('load-start').disabled = run !== null;
  byId('load-stop').disabled = run === null;
  byId('load-max').disabled = run !== null;
  byId('load-rate').disabled = run !== null || byId('load-max').checked;
}

/**
 * One run. Credit grows with time at the target rate and is spent on chunks. Slow answers make chunks
 * smaller, refusals lower the share of the target that is tried, failures wait; all three recover.
 */
class LoadRun {
  #began = performance.now();
  #lastTick = this.#began;
  #credit = 1;
  #share = 1;
  #chunkLines = CHUNK_LINES.first;
  #largestChunk = CHUNK_LINES.largest;
  #inFlight = 0;
  #failures = 0;
  #quietUntil = 0;
  #abort = new AbortController();
  #ending = '';
  #counts = { offered: 0, accepted: 0, refused: 0 };

  constructor(targetPerSecond) {
    this.target = targetPerSecond;
    this.timer = setInterval(() => this.#tick(), TICK_MILLIS);
    this.#say('Running.');
    this.#show();
  }

  /** Sends no more; the run is over when the requests in flight are answered or have had their time. */
  stop(why) {
    if (this.#ending !== '') {
      return;
    }
    clearInterval(this.timer);
    const seconds = (performance.now() - this.#began) / 1000;
    this.#ending = `${why} ${rate(this.#counts.offered / seconds)} events/s over ${Math.round(seconds)} s.`;
    setTimeout(() => this.#abort.abort(), LAST_ANSWERS_MILLIS);
    this.#endWhenAnswered();
  }

  #endWhenAnswered() {
    if (this.#ending !== '' && this.#inFlight === 0) {
      run = null;
      this.#show();
      this.#say(this.#ending);
      setText(byId('load-countdown'), `${RUN_MILLIS / 1000} s`);
      showEnabled();
    }
  }

  #tick() {
    const now = performance.now();
    if (now - this.#began >= RUN_MILLIS) {
      this.stop('Finished.');
      return;
    }
    const perSecond = this.target * this.#share;
    const earned = (perSecond * (now - this.#lastTick)) / 1000;
    this.#credit = Math.min(this.#credit + earned, Math.max(1, perSecond * CREDIT_SECONDS));
    this.#lastTick = now;
    this.#pump();
    this.#show();
  }

  #pump() {
    while (this.#ending === '' && this.#inFlight < IN_FLIGHT_LIMIT && performance.now() >= this.#quietUntil) {
      const lines = Math.floor(Math.min(this.#credit, this.#chunkLines));
      if (lines < 1) {
        return;
      }
      this.#credit -= lines;
      this.#send(lines);
    }
  }

  async #send(lines) {
    this.#inFlight++;
    const began = performance.now();
    try {
      const result = await fetchJson('events', {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-ndjson' },
        body: syntheticLines(lines),
        signal: this.#abort.signal,
      });
      this.#answered(lines, result, performance.now() - began);
    } catch (error) {
      this.#failed(error);
    }
    this.#inFlight--;
    this.#pump();
    this.#endWhenAnswered();
  }

  #answered(lines, { offered = lines, accepted = offered, refused = 0 }, millis) {
    countOffered(offered);
    this.#counts.offered += offered;
    this.#counts.accepted += accepted;
    this.#counts.refused += refused;
    this.#failures = 0;
    if (refused > 0) {
      this.#share = Math.max(0.02, this.#share * (1 - refused / offered / 2));
      this.#quietUntil = performance.now() + 100;
      this.#resize(0.5);
    } else {
      this.#share = Math.min(1, this.#share + 0.02);
      this.#adaptTo(millis, lines);
    }
    this.#say(this.#share < 0.98 ? 'Running; the server refuses some, so this page holds back.' : 'Running.');
  }

  #adaptTo(millis, lines) {
    if (millis > SLOW_MILLIS) {
      this.#resize(0.5);
    } else if (millis < FAST_MILLIS && lines === this.#chunkLines) {
      this.#resize(2);
    }
  }

  #resize(factor) {
    const wanted = Math.floor(this.#chunkLines * factor);
    this.#chunkLines = Math.max(CHUNK_LINES.smallest, Math.min(this.#largestChunk, wanted));
  }

  #failed(error) {
    if (error.status === 413) {
      this.#largestChunk = Math.max(CHUNK_LINES.smallest, Math.floor(this.#chunkLines / 2));
    }
    this.#resize(0.5);
    this.#quietUntil = performance.now() + Math.min(4000, 250 * 2 ** this.#failures++);
    this.#say(error.status ? `Waiting. ${error.message}` : 'Waiting: the server does not answer.');
  }

  #say(text) {
    setText(byId('load-status'), text);
  }

  #show() {
    const left = Math.ceil((RUN_MILLIS - (performance.now() - this.#began)) / 1000);
    setText(byId('load-countdown'), `${left} s left`);
    for (const [name, value] of Object.entries(this.#counts)) {
      setText(byId(`load-${name}`), count(value));
    }
  }
}
