// Uploading a file of newline-delimited JSON, with progress, cancel and the server's account of it.

import { refusal } from './api.js';
import { byId, el, setText } from './dom.js';
import { bytes, count } from './format.js';
import { countOffered } from './load.js';

const LARGEST_NUMBER_OF_PROBLEMS = 100;

let file = null;
let request = null;

export function startUpload() {
  byId('upload-file').addEventListener('change', () => choose(byId('upload-file').files[0]));
  byId('upload-form').addEventListener('submit', (event) => {
    event.preventDefault();
    upload();
  });
  byId('upload-cancel').addEventListener('click', () => request?.abort());
  acceptDrops(byId('upload-drop'));
}

function acceptDrops(target) {
  const over = (event) => {
    event.preventDefault();
    target.toggleAttribute('data-over', event.type === 'dragover');
  };
  target.addEventListener('dragover', over);
  target.addEventListener('dragleave', over);
  target.addEventListener('drop', (event) => {
    over(event);
    choose(event.dataTransfer.files[0]);
  });
}

function choose(chosen) {
  if (chosen === undefined || request !== null) {
    return;
  }
  file = chosen;
  setText(byId('upload-name'), `${file.name}, ${bytes(file.size)}`);
  byId('upload-result').replaceChildren();
  showProgress(0, '\u00a0');
  showEnabled();
}

function upload() {
  if (file === null || request !== null) {
    return;
  }
  const began = performance.now();
  request = new XMLHttpRequest();
  request.open('POST', byId('upload-fsynced').checked ? 'events?ack=fsynced' : 'events');
  request.setRequestHeader('Content-Type', 'application/x-ndjson');
  request.upload.onprogress = (event) => progressed(event, began);
  request.upload.onload = () => showProgress(100, 'Sent; waiting for the answer.');
  request.onload = () => finished(began);
  request.onerror = () => ended('The connection broke. The lines before the break may have been accepted.');
  request.onabort = () => ended('Cancelled. The lines sent before may have been accepted.');
  byId('upload-result').replaceChildren();
  showEnabled();
  request.send(file);
}

function progressed({ loaded, total }, began) {
  const seconds = (performance.now() - began) / 1000;
  showProgress((100 * loaded) / total, `${bytes(loaded)} of ${bytes(total)}, ${bytes(loaded / seconds)}/s`);
}

function showProgress(percent, text) {
  byId('upload-progress').value = percent;
  setText(byId('upload-progress-text'), text);
}

function finished(began) {
  const { status, responseText } = request;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const result = status >= 200 && status < 300 ? parsed(responseText) : null;
  if (result === null) {
    ended(refusal(status, responseText).message);
    return;
  }
  countOffered(result.offered ?? 0);
  ended('');
  showProgress(100, `Done in ${seconds} s.`);
  byId('upload-result').append(...account(result));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function ended(message) {
  request = null;
  showEnabled();
  if (message !== '') {
    showProgress(0, '\u00a0');
    byId('upload-result').append(el('p', { class: 'error' }, message));
  }
}

function showEnabled() {
  byId('upload-start').disabled = file === null || request !== null;
  byId('upload-cancel').disabled = request === null;
  byId('upload-file').disabled = request !== null;
}

function account({ offered, accepted, refused, malformed = [] }) {
  const figures = Object.entries({ offered, accepted, refused, malformed: malformed.length });
  const counts = el(
    'dl',
    { class: 'counts' },
    ...figures.map(([name, value]) =>
      el('div', {}, el('dt', {}, name), el('dd', { 'data-count': name }, count(value))),
    ),
  );
  return malformed.length === 0 ? [counts] : [counts, problems(malformed)];
}

function problems(malformed) {
  const rows = malformed
    .slice(0, LARGEST_NUMBER_OF_PROBLEMS)
    .map(({ line, reason }) =>
      el('tr', {}, el('td', { class: 'number' }, count(line)), el('td', { class: 'reason' }, String(reason))),
    );
  const caption =
    malformed.length > rows.length
      ? `Malformed lines, the first ${rows.length} of ${count(malformed.length)}`
      : 'Malformed lines';
  return el(
    'div',
    { class: 'scroll-box problems', tabindex: '0', role: 'region', 'aria-label': caption },
    el(
      'table',
      {},
      el('caption', {}, caption),
      el(
        'thead',
        {},
        el('tr', {}, el('th', { scope: 'col', class: 'number' }, 'Line'), el('th', { scope: 'col' }, 'Reason')),
      ),
      el('tbody', {}, ...rows),
    ),
  );
}
