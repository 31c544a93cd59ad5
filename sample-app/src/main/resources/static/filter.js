// The filter of the event search: rows of path and value, or the JSON itself.

import { byId, el, setText, showError } from './dom.js';

const LARGEST_NUMBER_OF_CONDITIONS = 6;

/** The form holds a filter that cannot be sent; the message says why. */
export class BadFilter extends Error {}

export function startFilter() {
  addCondition();
  byId('events-add').addEventListener('click', () => addCondition().querySelector('input').focus());
  byId('events-mode-fields').addEventListener('change', showMode);
  byId('events-mode-json').addEventListener('change', showMode);
  byId('events-form').addEventListener('input', showPreview);
  showPreview();
}

/** The filter as JSON text, empty for none. Throws BadFilter. */
export function filterText() {
  return jsonMode() ? writtenFilter() : builtFilter();
}

export function showFilterError(message) {
  const inputs = jsonMode() ? [byId('events-filter-json')] : byId('events-conditions').querySelectorAll('input');
  showError(byId('events-error'), message, ...inputs);
}

const jsonMode = () => byId('events-mode-json').checked;

function writtenFilter() {
  const text = byId('events-filter-json').value.trim();
  if (text === '') {
    return '';
  }
  try {
    JSON.parse(text);
  } catch (error) {
    throw new BadFilter(`Not JSON: ${error.message}`);
  }
  return text;
}

function builtFilter() {
  const conditions = [...byId('events-conditions').children]
    .map((row) => [...row.querySelectorAll('input')].map((input) => input.value.trim()))
    .filter(([path, value]) => path !== '' || value !== '');
  if (conditions.some(([path]) => path === '')) {
    throw new BadFilter('A condition needs a field path, such as payload.action.');
  }
  const parts = conditions.map(([path, value]) => `{"path":${JSON.stringify(path)},"value":${scalar(value)}}`);
  return parts.length > 1 ? `{"$and":[${parts.join(',')}]}` : parts.join('');
}

/** The text itself if it is a JSON scalar, so that digits stay exact; else the text as a JSON string. */
function scalar(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(text) : text;
  } catch {
    return JSON.stringify(text);
  }
}

function addCondition() {
  const list = byId('events-conditions');
  const first = list.children.length === 0;
  const row = el(
    'div',
    { class: 'condition' },
    el(
      'label',
      { class: 'grow' },
      'Field',
      el('input', {
        ...(first && { id: 'events-filter-path' }),
        'data-filter-path': '',
        list: 'events-paths',
        placeholder: 'payload.action',
        autocomplete: 'off',
        autocapitalize: 'off',
        spellcheck: 'false',
        'aria-describedby': 'events-error',
      }),
    ),
    el(
      'label',
      { class: 'grow' },
      'equals',
      el('input', {
        ...(first && { id: 'events-filter-value' }),
        'data-filter-value': '',
        placeholder: 'opened',
        autocomplete: 'off',
        autocapitalize: 'off',
        spellcheck: 'false',
        'aria-describedby': 'events-error',
      }),
    ),
  );
  if (!first) {
    row.append(removeButton(row));
  }
  list.append(row);
  showAddable();
  return row;
}

function removeButton(row) {
  const button = el('button', { type: 'button', class: 'quiet' }, 'Remove');
  button.addEventListener('click', () => {
    row.remove();
    showAddable();
    showPreview();
    byId('events-add').focus();
  });
  return button;
}

function showAddable() {
  byId('events-add').disabled = byId('events-conditions').children.length >= LARGEST_NUMBER_OF_CONDITIONS;
}

/** Changing to JSON starts from what was built. */
function showMode() {
  const json = jsonMode();
  const written = byId('events-filter-json');
  if (json && written.value.trim() === '') {
    written.value = attempt(builtFilter) || '{"path":"event","value":"issues"}';
  }
  showFilterError('');
  byId('events-fields').hidden = json;
  byId('events-json').hidden = !json;
  showPreview();
}

function showPreview() {
  showFilterError('');
  const filter = jsonMode() ? '' : attempt(builtFilter);
  setText(byId('events-filter-preview'), filter);
}

function attempt(make) {
  try {
    return make();
  } catch {
    return '';
  }
}
