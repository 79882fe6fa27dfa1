import { Cards } from './cards.js';
import { connect } from './connection.js';
import { t, translatePage } from './texts.js';

/** What a waiter has to do about an event, by the card that it makes; and the events that settle it. */
const TASKS = {
  ROUND_PENDING: { card: 'round', kind: 'round' },
  ROUND_READY: { card: 'round', kind: 'round' },
  SERVICE_CALL_CREATED: { card: 'call', kind: 'call' },
  CHECK_REQUESTED: { card: 'check', kind: 'money' },
  PAYMENT_REJECTED: { card: 'check', kind: 'trouble' },
};
const SETTLES = {
  ROUND_CONFIRMED: 'round',
  ROUND_CANCELED: 'round',
  ROUND_SERVED: 'round',
  SERVICE_CALL_ACKED: 'call',
  SERVICE_CALL_CLOSED: 'call',
  PAYMENT_APPROVED: 'check',
  CHECK_PAID: 'check',
};

translatePage();

const todo = new Cards(document.getElementById('todo'));
const tables = new Cards(document.getElementById('tables'));
const empty = document.getElementById('todo-empty');

function onEvent(event) {
  const place = placeOf(event);
  if (place === null) {
    return;
  }
  const task = TASKS[event.type];
  if (task) {
    const key = `${task.card}/${place.key}`;
    todo.show(key, {
      place: place.text,
      text: [t(event.type), roundOf(event)].filter(Boolean).join(' · '),
      when: event.ts,
      kind: task.kind,
      action: { text: t('waiter.done'), run: () => settle(key) },
    });
  } else if (SETTLES[event.type]) {
    settle(`${SETTLES[event.type]}/${place.key}`);
  }
  if (event.type === 'TABLE_CLEARED') {
    Object.values(SETTLES).forEach((card) => settle(`${card}/${place.key}`));
  }
  tables.show(place.key, { place: place.text, text: t(event.type), when: event.ts });
  showEmpty();
}

function settle(key) {
  todo.remove(key);
  showEmpty();
}

function showEmpty() {
  empty.hidden = todo.size > 0;
}

/** Tables of different branches have the same numbers. */
function placeOf({ table_id: table, branch_id: branch, session_id: session }) {
  const number = table ?? session;
  return number === undefined || number === null ? null : { key: `${branch}/${number}`, text: t('place', { table: number }) };
}

function roundOf({ entity }) {
  return entity?.round_number === undefined ? '' : t('round', { number: entity.round_number });
}

function forget() {
  todo.clear();
  tables.clear();
  showEmpty();
}

addEventListener('example:forget', forget);
connect('waiter', (client) => client.on('*', onEvent), forget);
