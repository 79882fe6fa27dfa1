import { Cards } from './cards.js';
import { connect } from './connection.js';
import { t, translatePage } from './texts.js';

/** Into which lane a round moves with an event; null takes it off the screen. */
const LANES = {
  ROUND_SUBMITTED: 'waiting',
  ROUND_IN_KITCHEN: 'waiting',
  TICKET_IN_PROGRESS: 'cooking',
  TICKET_READY: 'ready',
  ROUND_READY: 'ready',
  TICKET_DELIVERED: null,
  ROUND_SERVED: null,
  ROUND_CANCELED: null,
};
const ROUNDS_REMEMBERED = 200;

translatePage();

const lanes = Object.fromEntries(['waiting', 'cooking', 'ready'].map((name) => [name, new Cards(document.getElementById(name))]));
const gone = document.getElementById('gone');
const missing = new Map();
/** What the first event of a round told and later ones do not repeat: its number at the table. */
const numbers = new Map();

function onEvent(event) {
  if (event.type === 'PRODUCT_AVAILABILITY_CHANGED') {
    onAvailability(event.entity ?? {});
  }
  const round = event.entity?.round_id;
  if (!(event.type in LANES) || round === undefined) {
    return;
  }
  remember(round, event.entity.round_number);
  const key = `${event.branch_id}/${round}`;
  const lane = LANES[event.type];
  Object.entries(lanes).forEach(([name, cards]) => name !== lane && cards.remove(key));
  if (lane !== null) {
    lanes[lane].show(key, {
      place: t('place', { table: event.table_id ?? event.session_id ?? '?' }),
      text: numbers.has(round) ? t('round', { number: numbers.get(round) }) : '',
      when: event.ts,
      kind: lane === 'ready' ? 'money' : lane === 'cooking' ? 'call' : '',
    });
  }
}

function remember(round, number) {
  if (number !== undefined) {
    numbers.set(round, number);
  }
  if (numbers.size > ROUNDS_REMEMBERED) {
    numbers.delete(numbers.keys().next().value);
  }
}

function onAvailability({ product_id: product, name, is_available: available }) {
  if (available) {
    missing.delete(product);
  } else {
    missing.set(product, name ?? `#${product}`);
  }
  gone.hidden = missing.size === 0;
  gone.textContent = t('kitchen.off', { names: [...missing.values()].join(', ') });
}

function forget() {
  Object.values(lanes).forEach((cards) => cards.clear());
  numbers.clear();
  missing.clear();
  gone.hidden = true;
}

addEventListener('example:forget', forget);
connect('kitchen', (client) => client.on('*', onEvent), forget);
