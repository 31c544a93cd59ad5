// The webhook desk: starts each part of the page and feeds the moving line.

import { RateLine } from './chart.js';
import { onActiveChange, startConnection } from './connection.js';
import { startCurl } from './curl.js';
import { byId, setText } from './dom.js';
import { startEvents } from './events.js';
import { rate } from './format.js';
import { offeredHere, startLoad } from './load.js';
import { RateMeter } from './rates.js';
import { startStats } from './stats.js';
import { startTasks } from './tasks.js';
import { startUpload } from './upload.js';

const SAMPLE_MILLIS = 1000;
const DESCRIBE_MILLIS = 10_000;

const line = new RateLine(byId('rate-line'));
const offered = new RateMeter();
let peak = 0;

function acknowledgedRate(value) {
  if (value !== null) {
    line.add('acknowledged', value);
    peak = Math.max(peak, value);
  }
  setText(byId('rate-acknowledged'), rate(value));
  setText(byId('rate-peak'), rate(peak));
}

function sampleOffered() {
  const value = offered.next('page', offeredHere(), performance.now());
  if (value !== null) {
    line.add('offered', value);
    setText(byId('rate-offered'), rate(value));
  }
}

function describeLine() {
  const said = (id) => byId(id).textContent;
  byId('rate-line').setAttribute(
    'aria-label',
    `Events per second over the last minutes: ${said('rate-acknowledged')} acknowledged, ` +
      `${said('rate-offered')} offered by this page, peak ${said('rate-peak')}`,
  );
}

let sampling = 0;

function runLine(active) {
  line.run(active);
  clearInterval(sampling);
  if (active) {
    offered.forget();
    sampleOffered();
    sampling = setInterval(sampleOffered, SAMPLE_MILLIS);
  }
}

startConnection();
startCurl();
onActiveChange(runLine);
startStats({ onRate: acknowledgedRate });
startTasks();
startEvents();
startLoad();
startUpload();
setInterval(describeLine, DESCRIBE_MILLIS);
