// Polls /actuator/netbus once a second and draws totals, shards, logs, folds and bridges.

import { Refusal, fetchJson, retryDelayMillis } from './api.js';
import { isActive, onActiveChange, report } from './connection.js';
import { byId, el, setText, syncRows } from './dom.js';
import { bytes, count, plural, rate } from './format.js';
import { RateMeter } from './rates.js';

const POLL_MILLIS = 1000;
const ABSENT_POLL_MILLIS = 10_000;
const QUIET_STATES = ['RUNNING', 'OPEN', 'READY', 'LIVE', 'IDLE'];
const ALARM_STATES = ['FAILED', 'HALTED', 'STOPPED', 'READ_ONLY', 'BROKEN'];

/** The law of accounting: each left side equals the sum of its terms. Terms a server lacks are left out. */
const LAWS = [
  {
    left: ['offered', 'offered'],
    terms: [
      ['accepted', 'accepted'],
      ['refused', 'refused'],
      ['dropped', 'dropped'],
      ['timedOut', 'timed out'],
      ['sampledOut', 'sampled out'],
      ['duplicate', 'duplicate'],
      ['rejected', 'rejected'],
    ],
  },
  {
    left: ['accepted', 'accepted'],
    terms: [
      ['acknowledged', 'acknowledged'],
      ['evicted', 'evicted'],
      ['deadLettered', 'dead-lettered'],
      ['lostAtClose', 'lost at close'],
      ['spilled', 'spilled'],
      ['queuedEvents', 'queued'],
    ],
  },
];

const meter = new RateMeter();
const openShards = new Set();
let peakRate = 0;
let lastShards = [];
let peakQueued = 1000; // below this a queue is shallow, and its bar short
let timer = 0;
let attempt = 0;
let abort = null;

/** Polls while the page is active; onRate(eventsPerSecond) gets each total rate, null while none is known. */
export function startStats({ onRate }) {
  onActiveChange((active) => {
    stop();
    if (active) {
      meter.forget();
      poll(onRate);
    }
  });
}

function stop() {
  clearTimeout(timer);
  abort?.abort();
}

async function poll(onRate) {
  const began = performance.now();
  abort = new AbortController();
  const { signal } = abort;
  let delay;
  try {
    const snapshot = await fetchJson('actuator/netbus', { timeoutMillis: 5000, signal });
    const now = performance.now();
    attempt = 0;
    report('stats', 'live');
    note('');
    markStale(false);
    draw(snapshot, now, onRate);
    delay = Math.max(0, POLL_MILLIS - (now - began));
  } catch (error) {
    if (signal.aborted) {
      return;
    }
    onRate(null);
    delay = failed(error);
  }
  if (isActive() && !signal.aborted) {
    timer = setTimeout(() => poll(onRate), delay);
  }
}

/** Says what is wrong and returns how long to wait. */
function failed(error) {
  meter.forget();
  markStale(true);
  if (error instanceof Refusal && error.status < 500) {
    report('stats', 'absent');
    note(
      `No figures: /actuator/netbus answers ${error.status}. Expose the endpoint with ` +
        'management.endpoints.web.exposure.include=netbus. Tasks, search and upload work without it.',
    );
    markEmpty('Not available without /actuator/netbus.');
    return ABSENT_POLL_MILLIS;
  }
  report('stats', 'down');
  return retryDelayMillis(attempt++);
}

function note(text) {
  setText(byId('stats-note'), text);
  byId('stats-note').hidden = text === '';
}

/** Fades the figures while they are only the last known, without moving anything. */
function markStale(stale) {
  byId('main').toggleAttribute('data-stale', stale);
}

function markEmpty(text) {
  for (const id of ['shards', 'logs', 'folds']) {
    setText(byId(`${id}-empty`), text);
  }
}

function draw(snapshot, now, onRate) {
  const shards = shardsOf(snapshot);
  drawTotals(shards, now, onRate);
  drawShards(shards, now);
  drawLogs(snapshot.logs ?? []);
  drawFolds(snapshot.folds ?? []);
  drawBridges(snapshot.bridges ?? []);
}

function shardsOf(snapshot) {
  return (snapshot.channels ?? []).flatMap((channel) =>
    (channel.shards ?? []).map((shard) => ({ ...shard, name: `${channel.name}/${shard.shard}` })),
  );
}

const sum = (shards, field) => shards.reduce((total, shard) => total + (shard[field] ?? 0), 0);

function drawTotals(shards, now, onRate) {
  const acknowledged = sum(shards, 'acknowledged');
  const perSecond = meter.next('total', acknowledged, now);
  const refused = sum(shards, 'refused') + sum(shards, 'dropped') + sum(shards, 'timedOut');
  const queuedBytes = sum(shards, 'queuedBytes');
  const lost = sum(shards, 'lostAtClose') + sum(shards, 'evicted');
  peakRate = Math.max(peakRate, perSecond ?? 0);

  setText(byId('total-acknowledged'), count(acknowledged));
  setText(
    byId('total-acknowledged-more'),
    `of ${count(sum(shards, 'offered'))} offered${refused > 0 ? `, ${count(refused)} turned away` : ''}`,
  );
  setText(byId('total-rate'), rate(perSecond));
  setText(byId('total-rate-more'), `peak ${rate(peakRate)} /s`);
  setText(byId('total-queued'), count(sum(shards, 'queuedEvents')));
  setText(byId('total-queued-more'), `${bytes(queuedBytes)} in memory`);
  setText(byId('total-lost'), count(lost));
  setText(byId('total-lost-more'), lost > 0 ? 'accepted but not kept' : 'nothing');
  byId('total-lost-box').toggleAttribute('data-alarm', lost > 0);
  onRate(perSecond);
}

function drawShards(shards, now) {
  lastShards = shards;
  peakQueued = Math.max(peakQueued, ...shards.map((shard) => shard.queuedEvents ?? 0));
  const items = shards.flatMap((shard) => {
    const measured = { ...shard, key: shard.name, perSecond: meter.next(shard.name, shard.acknowledged ?? 0, now) };
    return openShards.has(shard.name) ? [measured, countersOf(shard)] : [measured];
  });
  syncRows(byId('shards').tBodies[0], items, {
    key: (item) => item.key,
    create: (item) => (item.counters ? countersRow(item) : shardRow(item)),
    update: (row, item) => (item.counters ? updateCounters(row, item) : updateShard(row, item)),
  });
  showEmpty('shards', shards.length, 'No channel has been opened yet.');
  const broken = shards.filter((shard) => !booksBalance(shard)).length;
  setText(byId('shards-law'), shards.length === 0 ? '' : lawSummary(shards.length, broken));
}

const countersOf = (shard) => ({ ...shard, key: `${shard.name} counters`, counters: true });

function lawSummary(shards, broken) {
  return broken === 0
    ? `Books balance on ${plural(shards, 'shard')} ✓`
    : `Books are off on ${count(broken)} of ${count(shards)}`;
}

function shardRow(shard) {
  const expander = el('button', {
    type: 'button',
    class: 'expander',
    'aria-expanded': String(openShards.has(shard.name)),
    'aria-label': `Counters of shard ${shard.name}`,
  });
  expander.addEventListener('click', () => toggleCounters(shard.name, expander));
  return el(
    'tr',
    { 'data-shard': shard.name },
    el('th', { scope: 'row' }, shard.name),
    el('td', {}, el('span', { class: 'state' })),
    el('td', { class: 'number' }),
    el(
      'td',
      { class: 'depth-cell' },
      el('span', { class: 'depth' }, el('span', { class: 'depth-text' }), el('span', { class: 'depth-bar' }, el('i'))),
    ),
    el('td', { class: 'number wide' }),
    el('td', { class: 'wide' }),
    el('td', { class: 'expander-cell' }, expander),
  );
}

function updateShard(row, shard) {
  const cells = row.cells;
  const queued = shard.queuedEvents ?? 0;
  showState(cells[1].firstChild, shard.state);
  setText(cells[2], rate(shard.perSecond));
  setText(cells[3].querySelector('.depth-text'), count(shard.queuedEvents));
  cells[3].querySelector('i').style.transform = `scaleX(${queued / peakQueued})`;
  cells[3].title = `${bytes(shard.queuedBytes)} queued; a full bar is ${count(peakQueued)} events`;
  setText(cells[4], count(shard.acknowledged));
  setText(cells[5], booksBalance(shard) ? '✓' : 'off');
  cells[5].toggleAttribute('data-alarm', !booksBalance(shard));
  row.toggleAttribute('data-alarm', !booksBalance(shard) || Boolean(shard.lastError));
}

/** Opens or closes the counters at once, with the last known figures. */
function toggleCounters(name, expander) {
  const open = !openShards.has(name);
  expander.setAttribute('aria-expanded', String(open));
  const row = expander.closest('tr');
  if (open) {
    openShards.add(name);
    const counters = countersOf(lastShards.find((shard) => shard.name === name));
    const counted = countersRow(counters);
    counted.dataset.key = counters.key;
    updateCounters(counted, counters);
    row.after(counted);
  } else {
    openShards.delete(name);
    row.nextElementSibling.remove();
  }
}

function countersRow(shard) {
  return el('tr', { class: 'counters', 'data-counters': shard.name }, el('td', { colspan: '7' }));
}

function updateCounters(row, shard) {
  const lines = LAWS.map((law) => lawLine(shard, law));
  if (shard.lastError) {
    lines.push(el('p', { class: 'error' }, `Last error: ${shard.lastError}`));
  }
  row.cells[0].replaceChildren(...lines);
}

function lawLine(shard, { left, terms }) {
  const known = terms.filter(([field]) => shard[field] != null);
  const difference = lawDifference(shard, { left, terms });
  const parts = known.flatMap(([field, label], index) => [
    el('span', { class: 'sign' }, index === 0 ? '=' : '+'),
    term(shard[field], label),
  ]);
  const verdict =
    difference === 0
      ? el('span', { class: 'verdict' }, '✓')
      : el('span', { class: 'verdict', 'data-alarm': '' }, `off by ${difference > 0 ? '+' : ''}${count(difference)}`);
  return el('p', { class: 'law' }, term(shard[left[0]], left[1]), ...parts, verdict);
}

function term(value, label) {
  const props = { class: 'term' };
  if (!value) {
    props['data-zero'] = '';
  }
  return el('span', props, el('b', {}, count(value)), ` ${label}`);
}

/** Left side minus the sum of the terms: 0 if the law holds or the server does not report the left side. */
function lawDifference(shard, { left: [leftField], terms }) {
  return shard[leftField] == null
    ? 0
    : shard[leftField] - terms.reduce((total, [field]) => total + (shard[field] ?? 0), 0);
}

const booksBalance = (shard) => LAWS.every((law) => lawDifference(shard, law) === 0);

function drawLogs(logs) {
  drawTable('logs', logs, 'No log has been opened yet.', (log) => [
    { text: log.name },
    { state: log.state },
    { text: count(log.firstSequence), class: 'number wide' },
    { text: count(log.nextSequence), class: 'number' },
    { text: count(log.forcedSequence), class: 'number' },
    { text: bytes(log.bytes), class: 'number' },
  ]);
}

function drawFolds(folds) {
  drawTable('folds', folds, 'No fold is running.', (fold) => [
    { text: fold.name },
    { state: fold.state, error: fold.error },
    { text: count(fold.lag), class: 'number' },
    { text: count(fold.rows), class: 'number' },
    { text: count(fold.quarantined), class: 'number wide' },
  ]);
}

function drawBridges(bridges) {
  byId('bridges-box').hidden = bridges.length === 0;
  drawTable('bridges', bridges, '', (bridge) => [
    { text: bridge.name },
    { state: bridge.state },
    { text: count(bridge.lag), class: 'number' },
  ]);
}

/** A table keyed by name: the first cell is the row's header, a cell with a state is drawn as one. */
function drawTable(id, items, emptyText, cellsOf) {
  syncRows(byId(id).tBodies[0], items, {
    key: (item) => item.name,
    create: (item) => el('tr', { 'data-name': item.name }, ...cellsOf(item).map(newCell)),
    update: (row, item) => cellsOf(item).forEach((cell, index) => updateCell(row.cells[index], cell)),
  });
  showEmpty(id, items.length, emptyText);
}

function newCell(cell, index) {
  if (index === 0) {
    return el('th', { scope: 'row' });
  }
  return 'state' in cell
    ? el('td', {}, el('span', { class: 'state' }), el('span', { class: 'error' }))
    : el('td', { class: cell.class ?? '' });
}

function updateCell(node, cell) {
  if ('state' in cell) {
    showState(node.firstChild, cell.state);
    setText(node.lastChild, cell.error ?? '');
  } else {
    setText(node, cell.text);
  }
}

function showState(node, state = 'unknown') {
  setText(node, state.toLowerCase().replaceAll('_', ' '));
  node.dataset.tone = QUIET_STATES.includes(state) ? 'quiet' : ALARM_STATES.includes(state) ? 'alarm' : 'watch';
}

function showEmpty(id, size, text) {
  const empty = byId(`${id}-empty`);
  if (empty) {
    empty.hidden = size > 0;
    setText(empty, text);
  }
}
