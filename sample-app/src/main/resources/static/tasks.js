// The live table of tasks: one stream for the chosen query, reopened whenever the query changes.

import { LiveStream, Refusal, fetchJson, parseExact, query } from './api.js';
import { isActive, onActiveChange, report } from './connection.js';
import { byId, el, prefersReducedMotion, setText, showError, syncRows } from './dom.js';
import { ago, dateTime, plural } from './format.js';

const LIMIT = 50;
const TYPING_MILLIS = 250;
const RENDER_MILLIS = 250;
const FLASH_MILLIS = 1200;
/** Rows that may flash at a time: a table that changes all over would only flicker. */
const FLASH_LIMIT = 8;

let latest = null;
let updatedAt = null;
let renderTimer = 0;
let typingTimer = 0;
let firstOfQuery = true;
let flashing = 0;

const stream = new LiveStream({
  url: () => `tasks/stream${query(parameters())}`,
  onMessage: ({ data }) => receive(parseExact(data)),
  onState: (state) => report('tasks', state),
  isFinal: askOnce,
});

export function startTasks() {
  byId('tasks-form').addEventListener('submit', (event) => {
    event.preventDefault();
    reopen();
  });
  byId('task-status').addEventListener('change', reopen);
  byId('task-order').addEventListener('change', reopen);
  byId('task-title').addEventListener('input', () => {
    clearTimeout(typingTimer);
    typingTimer = setTimeout(reopen, TYPING_MILLIS);
  });
  setInterval(showAge, 1000);
  onActiveChange((active) => (active ? reopen() : stream.close()));
}

function parameters() {
  return {
    status: byId('task-status').value,
    title: byId('task-title').value.trim(),
    order: byId('task-order').value,
    limit: LIMIT,
  };
}

function reopen() {
  clearTimeout(typingTimer);
  firstOfQuery = true;
  if (isActive()) {
    stream.open();
  } else {
    askOnce();
  }
}

/** Asks without a stream: shows the result, or why there is none. Returns whether the query is refused for good. */
async function askOnce() {
  const asked = query(parameters());
  try {
    const result = await fetchJson(`tasks${asked}`);
    if (asked === query(parameters())) {
      receive(result);
    }
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) {
      showError(byId('tasks-error'), error.message, byId('task-title'));
      return true;
    }
  }
  return false;
}

/** Keeps the newest result and draws at most a few times a second. */
function receive(result) {
  latest = result.tasks ?? [];
  updatedAt = performance.now();
  if (renderTimer === 0) {
    render();
    renderTimer = setTimeout(() => {
      renderTimer = 0;
      if (latest !== null) {
        render();
      }
    }, RENDER_MILLIS);
  }
}

function render() {
  const tasks = latest;
  latest = null;
  const changed = [];
  syncRows(byId('tasks').tBodies[0], tasks, {
    key: idText,
    create: taskRow,
    update: (row, task) => updateTask(row, task) && changed.push(row),
  });
  showError(byId('tasks-error'), '', byId('task-title'));
  showCount(tasks.length);
  showAge();
  if (!firstOfQuery) {
    flash(changed);
  }
  firstOfQuery = false;
}

/** The id's digits, even where a double could not hold them. */
const idText = (task) => JSON.stringify(task.id);

function taskRow(task) {
  return el(
    'tr',
    { 'data-id': idText(task) },
    el('td', { class: 'task-status-cell' }, el('span', { class: 'task-status' })),
    el('td', { class: 'task-title-cell' }),
    el('td', { class: 'number wider task-id-cell' }, idText(task)),
    el('td', { class: 'wider task-time-cell' }, el('time')),
    el('td', { class: 'task-time-cell' }, el('time')),
  );
}

/** Returns whether anything the reader can see has changed. */
function updateTask(row, { title, status, createdAt, updatedAt: changedAt }) {
  const version = JSON.stringify([title, status, changedAt]);
  if (row.dataset.version === version) {
    return false;
  }
  row.dataset.version = version;
  row.dataset.status = status;
  setText(row.cells[0].firstChild, status ?? '');
  setText(row.cells[1], title ?? '');
  showTime(row.cells[3].firstChild, createdAt);
  showTime(row.cells[4].firstChild, changedAt);
  return true;
}

function showTime(node, text) {
  node.dateTime = text ?? '';
  node.title = text ?? '';
  setText(node, dateTime(text));
}

function showCount(size) {
  const filtered = byId('task-status').value !== '' || byId('task-title').value.trim() !== '';
  const text = size === LIMIT ? `first ${LIMIT}` : plural(size, 'task');
  setText(byId('tasks-count'), `${text} ·`);
  byId('tasks-empty').hidden = size > 0;
  setText(
    byId('tasks-empty-text'),
    filtered
      ? 'No task matches. Loosen the filter, or send an issue:'
      : 'No task yet. Every issue that arrives becomes one; send the first:',
  );
  if (firstOfQuery) {
    setText(
      byId('tasks-announce'),
      size === LIMIT ? `The first ${LIMIT} tasks are shown` : `${plural(size, 'task')} shown`,
    );
  }
}

function showAge() {
  setText(
    byId('tasks-updated'),
    updatedAt === null ? 'waiting for the first result' : `updated ${ago(performance.now() - updatedAt)}`,
  );
}

function flash(rows) {
  if (prefersReducedMotion() || flashing + rows.length > FLASH_LIMIT) {
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const [flashColor, accent] = ['--flash', '--accent'].map((name) => style.getPropertyValue(name).trim());
  for (const row of rows) {
    flashing++;
    row
      .animate(
        [
          { backgroundColor: flashColor, boxShadow: `inset 2px 0 ${accent}` },
          { backgroundColor: 'transparent', boxShadow: 'inset 2px 0 transparent' },
        ],
        { duration: FLASH_MILLIS, easing: 'ease-out' },
      )
      .finished.finally(() => flashing--);
  }
}
