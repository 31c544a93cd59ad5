// The connection pill and the pause button: one state out of what each source reports.

import { byId, setText } from './dom.js';

const reports = new Map();
const listeners = [];
let pausedByUser = false;

/** Whether live sources should run: not paused, and the page can be seen. */
export const isActive = () => !pausedByUser && !document.hidden;

/** Calls listener(active) on every change, and once at the start. */
export function onActiveChange(listener) {
  listeners.push(listener);
  listener(isActive());
}

/** A source says 'live', 'down', or 'absent' if the server does not offer it. */
export function report(source, state) {
  reports.set(source, state);
  show();
}

export function startConnection() {
  byId('pause').addEventListener('click', () => {
    pausedByUser = !pausedByUser;
    changed();
  });
  document.addEventListener('visibilitychange', changed);
  show();
}

function changed() {
  reports.clear();
  show();
  listeners.forEach((listener) => listener(isActive()));
}

function state() {
  if (!isActive()) {
    return 'paused';
  }
  const states = [...reports.values()];
  if (states.includes('down')) {
    return 'reconnecting';
  }
  return states.includes('live') ? 'live' : 'connecting';
}

function show() {
  const pill = byId('connection');
  pill.dataset.state = state();
  setText(pill, state());
  const button = byId('pause');
  button.setAttribute('aria-pressed', String(pausedByUser));
  setText(button, pausedByUser ? 'Resume' : 'Pause');
}
