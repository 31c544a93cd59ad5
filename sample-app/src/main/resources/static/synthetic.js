// Synthetic webhook lines: issues that are opened, edited, closed and reopened, over and over.

/** Far above real ids, exact as a double, and few, so that the tasks table stays bounded. */
const FIRST_ID = 9_000_000_000_000;
const ISSUES = 400;
const REPOSITORIES = ['example/harbour', 'example/lantern', 'example/atlas', 'example/bellows', 'example/anvil'];
const FAULTS = ['Crash', 'Slow start', 'Wrong total', 'Missing label', 'Flaky test', 'Timeout', 'Stale cache', 'Typo'];
const PLACES = ['importer', 'sign-in form', 'export', 'search', 'scheduler', 'mail sender', 'manual'];
const SENDERS = ['ada', 'grace', 'edsger', 'barbara', 'tony'];
const LIFE = [
  { action: 'opened', state: 'open' },
  { action: 'edited', state: 'open' },
  { action: 'closed', state: 'closed' },
  { action: 'reopened', state: 'open' },
  { action: 'closed', state: 'closed' },
];

const ages = new Uint32Array(ISSUES);
const createdAt = new Date().toISOString();

/** The given number of lines, each ending in a newline. */
export function syntheticLines(lines) {
  const now = new Date().toISOString();
  let text = '';
  for (let i = 0; i < lines; i++) {
    text += `${JSON.stringify(nextEvent(now))}\n`;
  }
  return text;
}

function nextEvent(now) {
  const index = Math.floor(Math.random() * ISSUES);
  const age = ages[index]++;
  const { action, state } = age === 0 ? LIFE[0] : LIFE[1 + ((age - 1) % (LIFE.length - 1))];
  const repository = REPOSITORIES[index % REPOSITORIES.length];
  return {
    event: 'issues',
    example: 'synthetic',
    payload: {
      action,
      issue: {
        id: FIRST_ID + index,
        number: index + 1,
        title: title(index, age),
        state,
        created_at: createdAt,
        updated_at: now,
        closed_at: state === 'closed' ? now : null,
      },
      repository: { id: 1 + (index % REPOSITORIES.length), full_name: repository },
      sender: { login: SENDERS[age % SENDERS.length] },
    },
  };
}

function title(index, age) {
  const edits = Math.floor((age + LIFE.length - 2) / (LIFE.length - 1));
  const name = `${FAULTS[index % FAULTS.length]} in the ${PLACES[index % PLACES.length]}`;
  return edits === 0 ? name : `${name} (edit ${edits})`;
}
