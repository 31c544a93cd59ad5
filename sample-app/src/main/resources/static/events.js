// Searching and following events: pages read forward from the log's beginning, or the newest as they come.

import { LiveStream, Refusal, fetchJson, parseExact, query } from './api.js';
import { isActive, onActiveChange, report } from './connection.js';
import { byId, el, setText } from './dom.js';
import { count, dateTime, plural } from './format.js';
import { BadFilter, filterText, showFilterError, startFilter } from './filter.js';

const PAGE_EVENTS = 50;
const LARGEST_NUMBER_OF_ROWS = 500;
/** A rare match may hide behind many empty pages; after this many the reader is asked whether to go on. */
const PAGES_PER_PRESS = 200;
const FOLLOW_ROWS = 200;
const FOLLOW_MILLIS = 300;
const LARGEST_PAYLOAD_CHARS = 200_000;

let filter = '';
let cursor = '';
let shown = 0;
let abort = null;
let arrived = [];
let arrivedCount = 0;
let followCursor = '';
let renderTimer = 0;

const stream = new LiveStream({
  url: () => `events/stream${query({ filter, cursor: followCursor })}`,
  onMessage: followed,
  onState: (state) => report('events', state),
  isFinal: followingRefused,
});

export function startEvents() {
  startFilter();
  byId('events-form').addEventListener('submit', (event) => {
    event.preventDefault();
    stopFollowing();
    search();
  });
  byId('events-more').addEventListener('click', readOn);
  byId('events-stop').addEventListener('click', stop);
  byId('events-follow').addEventListener('change', () => (byId('events-follow').checked ? follow() : stop()));
  onActiveChange((active) => {
    followCursor = ''; // what came during a pause is not caught up with
    if (byId('events-follow').checked) {
      active ? stream.open() : stream.close();
    }
  });
}

function stop() {
  abort?.abort();
  if (byId('events-follow').checked || renderTimer !== 0) {
    stopFollowing();
    status(`Stopped; ${plural(shown, 'event')} shown.`);
  }
}

function takeFilter() {
  try {
    filter = filterText();
    showFilterError('');
    return true;
  } catch (error) {
    if (!(error instanceof BadFilter)) {
      throw error;
    }
    showFilterError(error.message);
    return false;
  }
}

async function search() {
  abort?.abort();
  if (takeFilter()) {
    clear();
    cursor = '';
    await readOn();
  }
}

/** Reads on from the cursor until a page has events, the log ends, or enough pages were empty. */
async function readOn() {
  abort?.abort();
  const mine = new AbortController();
  abort = mine;
  busy(true);
  try {
    status(await readPages(mine.signal));
  } catch (error) {
    if (!mine.signal.aborted) {
      refused(error);
    } else if (abort === mine) {
      status(`Stopped; ${plural(shown, 'event')} shown.`);
    }
  } finally {
    if (abort === mine) {
      busy(false);
    }
  }
}

async function readPages(signal) {
  for (let page = 1; page <= PAGES_PER_PRESS; page++) {
    const sent = cursor;
    const result = await fetchJson(`events${query({ limit: PAGE_EVENTS, cursor: sent, filter })}`, { signal });
    const events = result.events ?? [];
    cursor = result.next ?? sent;
    if (events.length > 0) {
      append(events);
      return offerMore('More', `${plural(shown, 'event')} shown, oldest first.`);
    }
    if (cursor === sent) {
      return shown === 0
        ? nothingFound()
        : offerMore('Look for newer', `${plural(shown, 'event')} shown; this is the end of the log.`);
    }
    status(`No match in ${plural(page, 'page')} so far…`);
  }
  return offerMore('Look further', `No match in ${count(PAGES_PER_PRESS)} more pages; the log goes on.`);
}

function nothingFound() {
  byId('events-more').hidden = true;
  byId('events-empty').hidden = false;
  const emptyLog = filter === '';
  byId('events-empty-issue').hidden = !emptyLog;
  byId('events-empty-search').hidden = emptyLog;
  setText(
    byId('events-empty-text'),
    emptyLog ? 'The log is empty. Send the first event:' : 'No event matches. From a shell, the same endpoint:',
  );
  return 'Nothing found.';
}

function offerMore(label, message) {
  setText(byId('events-more'), label);
  byId('events-more').hidden = false;
  byId('events-empty').hidden = true;
  return message;
}

function refused(error) {
  if (error instanceof Refusal && error.status === 400) {
    showFilterError(error.message);
    status('The filter was refused.');
  } else {
    status(error instanceof Refusal ? error.message : 'The server does not answer. Try again.');
  }
}

function append(events) {
  const list = byId('events-list');
  list.append(...events.map(eventItem));
  while (list.children.length > LARGEST_NUMBER_OF_ROWS) {
    list.firstElementChild.remove();
  }
  shown = list.children.length;
}

function follow() {
  abort?.abort();
  abort = null;
  busy(false);
  if (!takeFilter()) {
    byId('events-follow').checked = false;
    return;
  }
  clear();
  followCursor = '';
  arrivedCount = 0;
  byId('events-empty').hidden = true;
  byId('events-stop').disabled = false;
  status('Following; waiting for the next event.');
  if (isActive()) {
    stream.open();
  }
}

/** Keeps the text of the newest only; parsing waits until it is drawn. */
function followed({ data, lastEventId }) {
  followCursor = lastEventId || followCursor;
  arrivedCount++;
  arrived.push(data);
  if (arrived.length > FOLLOW_ROWS) {
    arrived.shift();
  }
  if (renderTimer === 0) {
    renderTimer = setTimeout(drawFollowed, FOLLOW_MILLIS);
  }
}

function drawFollowed() {
  renderTimer = 0;
  const list = byId('events-list');
  list.prepend(...arrived.reverse().map((data) => eventItem(parseExact(data))));
  arrived = [];
  while (list.children.length > FOLLOW_ROWS) {
    list.lastElementChild.remove();
  }
  shown = list.children.length;
  status(`Following; ${plural(arrivedCount, 'event')} arrived, the newest ${count(shown)} shown.`);
}

function stopFollowing() {
  byId('events-follow').checked = false;
  stream.close();
  report('events', 'absent');
  clearTimeout(renderTimer);
  renderTimer = 0;
  arrived = [];
  busy(false);
}

/** A refused stream says nothing itself; the same filter on a page tells why. */
async function followingRefused() {
  try {
    await fetchJson(`events${query({ limit: 1, filter })}`);
  } catch (error) {
    if (error instanceof Refusal && error.status < 500) {
      stopFollowing();
      refused(error);
      return true;
    }
  }
  return false;
}

function clear() {
  byId('events-list').replaceChildren();
  byId('events-more').hidden = true;
  shown = 0;
}

function busy(searching) {
  byId('events-stop').disabled = !searching;
  byId('events-more').disabled = searching;
  byId('events-list').setAttribute('aria-busy', String(searching));
  if (searching) {
    status('Searching…');
  }
}

const status = (text) => setText(byId('events-status'), text);

function eventItem(event) {
  const details = el('details', {}, el('summary', {}, ...summaryOf(event)));
  details.addEventListener('toggle', () => showPayload(details, event.data));
  return el('li', { 'data-shard': String(event.shard), 'data-sequence': String(event.sequence) }, details);
}

function summaryOf({ shard, sequence, timestamp, data }) {
  const about = [data?.payload?.repository?.full_name, data?.payload?.issue?.title].filter(
    (part) => typeof part === 'string',
  );
  return [
    el('time', { datetime: timestamp ?? '', title: timestamp ?? '' }, dateTime(timestamp)),
    el('span', { class: 'event-place' }, `${shard}/${sequence}`),
    el('span', { class: 'event-kind' }, kindOf(data)),
    el('span', { class: 'event-about' }, about.join(' · ')),
  ];
}

function kindOf(data) {
  const kind = typeof data?.event === 'string' ? data.event : 'event';
  const action = data?.payload?.action;
  return typeof action === 'string' ? `${kind} ${action}` : kind;
}

/** Makes the payload's text when it is first asked for and drops it when closed. */
function showPayload(details, data) {
  details.querySelector('pre')?.remove();
  if (details.open) {
    const text = JSON.stringify(data, null, 2);
    const cut = text.length > LARGEST_PAYLOAD_CHARS;
    details.append(
      el(
        'pre',
        { tabindex: '0', class: 'payload' },
        cut
          ? `${text.slice(0, LARGEST_PAYLOAD_CHARS)}\n… ${count(text.length - LARGEST_PAYLOAD_CHARS)} more characters`
          : text,
      ),
    );
  }
}
