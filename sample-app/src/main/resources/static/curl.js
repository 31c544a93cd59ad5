// The commands shown where there is nothing to show yet, with this server's address filled in.

import { el, setText } from './dom.js';

const ISSUE = {
  event: 'issues',
  payload: {
    action: 'opened',
    issue: {
      id: 1,
      number: 1,
      title: 'First light',
      state: 'open',
      created_at: '2026-01-01T00:00:00Z',
      updated_at: '2026-01-01T00:00:00Z',
    },
    repository: { id: 1, full_name: 'example/harbour' },
    sender: { login: 'ada' },
  },
};

const COMMANDS = {
  issue: () =>
    `curl -H 'Content-Type: application/x-ndjson' ${location.origin}/events \\\n  -d '${JSON.stringify(ISSUE)}'`,
  search: () =>
    `curl -G ${location.origin}/events -d limit=5 \\\n  --data-urlencode 'filter={"path":"event","value":"issues"}'`,
};

/** Fills every element marked data-curl. */
export function startCurl() {
  for (const box of document.querySelectorAll('[data-curl]')) {
    const command = COMMANDS[box.dataset.curl]();
    box.append(el('pre', { class: 'command', tabindex: '0' }, command), copyButton(command));
  }
}

function copyButton(command) {
  const button = el('button', { type: 'button', class: 'quiet' }, 'Copy');
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(command);
    setText(button, 'Copied');
    setTimeout(() => setText(button, 'Copy'), 2000);
  });
  return button;
}
