// Rates from counters: difference over the time that really passed.

export class RateMeter {
  #last = new Map();

  /** Events per second since this key was last seen; null at first and after a counter fell (a restart). */
  next(key, counter, nowMillis) {
    const last = this.#last.get(key);
    this.#last.set(key, { counter, nowMillis });
    if (last === undefined || counter < last.counter || nowMillis <= last.nowMillis) {
      return null;
    }
    return ((counter - last.counter) * 1000) / (nowMillis - last.nowMillis);
  }

  forget() {
    this.#last.clear();
  }
}
