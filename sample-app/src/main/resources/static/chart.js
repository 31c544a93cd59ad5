// The moving line: two series of events per second over the last two minutes, on a canvas.

import { prefersReducedMotion } from './dom.js';
import { short } from './format.js';

const WINDOW_MILLIS = 120_000;
const NARROW_WINDOW_MILLIS = 60_000;
const NARROW_PIXELS = 480;
/** The line ends a little in the past, so that a new point slides in instead of jumping in. */
const REVEAL_MILLIS = 1500;
/** Points further apart than this are not joined: nothing is known about the time between. */
const GAP_MILLIS = 3500;
const FRAME_MILLIS = 50;
const MARGIN = { top: 10, right: 12, bottom: 24, left: 44 };
const SMALLEST_SCALE = 10;

/** Smallest of 1, 2 or 5 times a power of ten that is not below value. */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

export class RateLine {
  #points = { acknowledged: [], offered: [] };
  #scale = SMALLEST_SCALE;
  #running = false;
  #lastFrame = 0;
  #colors = {};

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#recolor());
    this.#recolor();
  }

  /** Adds a point of a series ('acknowledged' or 'offered') measured now. */
  add(series, value) {
    const now = performance.now();
    const points = this.#points[series];
    points.push({ at: now, value });
    while (points[0].at < now - WINDOW_MILLIS - GAP_MILLIS) {
      points.shift();
    }
    if (prefersReducedMotion()) {
      this.#draw(now);
    }
  }

  /** Moves while running; stands still otherwise. */
  run(running) {
    const start = running && !this.#running;
    this.#running = running;
    if (start) {
      requestAnimationFrame((now) => this.#frame(now));
    }
  }

  #frame(now) {
    if (!this.#running) {
      return;
    }
    if (now - this.#lastFrame >= FRAME_MILLIS && !prefersReducedMotion()) {
      this.#lastFrame = now;
      this.#draw(now);
    }
    requestAnimationFrame((next) => this.#frame(next));
  }

  #recolor() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['accent', 'muted', 'line', 'text']) {
      this.#colors[name] = style.getPropertyValue(`--${name}`).trim();
    }
    this.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    this.#draw(performance.now());
  }

  #resize() {
    const ratio = devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas.parentElement;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.size = { width: clientWidth, height: clientHeight };
    this.#draw(performance.now());
  }

  #draw(now) {
    if (!this.size) {
      return;
    }
    const { width, height } = this.size;
    const frame = {
      left: MARGIN.left,
      right: width - MARGIN.right,
      top: MARGIN.top,
      bottom: height - MARGIN.bottom,
      windowMillis: width < NARROW_PIXELS ? NARROW_WINDOW_MILLIS : WINDOW_MILLIS,
      end: prefersReducedMotion() ? now : now - REVEAL_MILLIS,
    };
    this.#adjustScale(frame);
    this.context.clearRect(0, 0, width, height);
    this.#drawAxes(frame);
    this.#drawSeries(frame, 'offered');
    this.#drawSeries(frame, 'acknowledged');
  }

  #adjustScale({ end, windowMillis }) {
    const visible = Object.values(this.#points)
      .flat()
      .filter(({ at }) => at > end - windowMillis);
    const target = niceCeiling(Math.max(SMALLEST_SCALE, ...visible.map(({ value }) => value * 1.05)));
    const near = Math.abs(target - this.#scale) < target / 500;
    this.#scale = near || prefersReducedMotion() ? target : this.#scale + (target - this.#scale) * 0.2;
  }

  #drawAxes({ left, right, top, bottom, windowMillis }) {
    const { context } = this;
    context.font = this.font;
    context.lineWidth = 1;
    context.strokeStyle = this.#colors.line;
    context.fillStyle = this.#colors.muted;
    context.setLineDash([]);
    for (const part of [0, 0.5, 1]) {
      const y = Math.round(bottom - (bottom - top) * part) + 0.5;
      this.#stroke([
        [left, y],
        [right, y],
      ]);
      context.textAlign = 'right';
      context.textBaseline = 'middle';
      context.fillText(short(this.#scale * part), left - 8, y);
    }
    context.textBaseline = 'top';
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      const seconds = ((1 - part) * windowMillis) / 1000;
      context.textAlign = part === 1 ? 'right' : part === 0 ? 'left' : 'center';
      context.fillText(seconds === 0 ? 'now' : `−${seconds} s`, left + (right - left) * part, bottom + 8);
    }
  }

  #drawSeries(frame, series) {
    const { context } = this;
    const { left, right, top, bottom } = frame;
    const main = series === 'acknowledged';
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, bottom + 1);
    context.clip();
    context.lineJoin = 'round';
    context.lineWidth = main ? 2 : 1;
    context.strokeStyle = main ? this.#colors.accent : this.#colors.text;
    context.setLineDash(main ? [] : [4, 3]);
    for (const run of this.#runs(series, frame)) {
      if (main) {
        this.#fillBelow(run, bottom);
      }
      this.#stroke(run);
    }
    context.restore();
  }

  /** Unbroken stretches of a series as canvas points. */
  #runs(series, { left, right, top, bottom, end, windowMillis }) {
    const runs = [];
    let previous = null;
    for (const { at, value } of this.#points[series]) {
      if (previous === null || at - previous > GAP_MILLIS) {
        runs.push([]);
      }
      previous = at;
      const x = right - ((end - at) / windowMillis) * (right - left);
      runs.at(-1).push([x, bottom - (Math.min(value, this.#scale * 1.2) / this.#scale) * (bottom - top)]);
    }
    return runs;
  }

  #stroke(points) {
    this.context.beginPath();
    points.forEach(([x, y]) => this.context.lineTo(x, y));
    this.context.stroke();
  }

  #fillBelow(points, bottom) {
    const { context } = this;
    context.globalAlpha = 0.1;
    context.fillStyle = this.#colors.accent;
    context.beginPath();
    context.moveTo(points[0][0], bottom);
    points.forEach(([x, y]) => context.lineTo(x, y));
    context.lineTo(points.at(-1)[0], bottom);
    context.fill();
    context.globalAlpha = 1;
  }
}
