import { api, pathOf } from '../lib/api.js';
import { fill, h, write } from '../lib/dom.js';
import { painter } from '../lib/frame.js';
import { count, preciseClock } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { badge, button, field, showBadge } from '../lib/parts.js';
import { Stream } from '../lib/stream.js';
import { openFlight } from './flight.js';

/** Rows that are kept: older ones go. */
const ROWS = 200;

/** How often rows are added, in milliseconds: nobody reads faster, and each time the list is laid out. */
const ADD_EVERY = 250;

/** Rows that are added at once at most; of a burst the newest are shown, and the rest is counted as skipped. */
const ROWS_AT_ONCE = 60;

const FILTERS = ['type', 'tenant', 'branch', 'q'];

/** Events as they come, before routing. */
export function tailTab() {
  return new Tail();
}

class Tail {
  #stream = null;
  #fresh = [];
  #skippedHere = 0;
  #skippedThere = 0;
  #seen = 0;
  #paused = false;
  #timer = null;
  #pointedAt = false;
  #focused = false;
  #controls = Object.fromEntries(
    FILTERS.map((name) => [name, h('input', { autocomplete: 'off', spellcheck: 'false', type: name === 'q' ? 'search' : 'text' })]),
  );
  #types = h('datalist', { id: 'tail-types' });
  #list = h('div', { class: 'tail', role: 'region', tabindex: '0', 'aria-label': t('tail.label') });
  #empty = h('p', { class: 'empty', text: t('tail.waiting') });
  #state = badge('unknown', t('link.connecting'));
  #note = h('p', { class: 'muted' });
  #pause = button(t('tail.pause'), () => this.#togglePause(), { iconName: 'pause' });

  constructor() {
    this.#holdStill();
    this.#controls.type.setAttribute('list', 'tail-types');
    this.element = h(
      'section',
      { class: 'panel', 'aria-label': t('events.tail') },
      h(
        'form',
        { class: 'filters', role: 'search', on: { submit: (event) => this.#apply(event) } },
        FILTERS.map((name) => field(t(`tail.filter.${name}`), this.#controls[name]).element),
        this.#types,
        button(t('tail.apply'), null, { kind: 'primary', type: 'submit' }),
      ),
      h(
        'div',
        { class: 'row spread' },
        h('div', { class: 'row' }, this.#state, this.#note),
        h('div', { class: 'row' }, this.#pause, button(t('tail.clear'), () => this.#clear())),
      ),
      this.#empty,
      this.#list,
    );
  }

  /** Nothing moves away under a pointer, or from under the keyboard's focus. */
  #holdStill() {
    const held = (pointedAt, focused) => {
      this.#pointedAt = pointedAt;
      this.#focused = focused;
      this.#drawSoon();
    };
    this.#list.addEventListener('pointerenter', () => held(true, this.#focused));
    this.#list.addEventListener('pointerleave', () => held(false, this.#focused));
    this.#list.addEventListener('focusin', () => held(this.#pointedAt, true));
    this.#list.addEventListener('focusout', () => held(this.#pointedAt, false));
  }

  get #held() {
    return (this.#pointedAt || this.#focused) && this.#list.childElementCount > 0;
  }

  start() {
    this.#list.hidden = true;
    this.#open();
    this.#loadTypes();
  }

  close() {
    this.#stream?.close();
    clearTimeout(this.#timer);
    painter.forget('tail');
  }

  async #loadTypes() {
    try {
      const { events } = await api.get('/api/v1/catalogue');
      fill(this.#types, events.map(({ type }) => h('option', { value: type })));
    } catch {
      // types can be typed
    }
  }

  #apply(event) {
    event.preventDefault();
    this.#clear();
    this.#open();
  }

  #open() {
    this.#stream?.close();
    delete this.element.dataset.open;
    const filters = Object.fromEntries(FILTERS.map((name) => [name, this.#controls[name].value.trim()]));
    this.#stream = new Stream(
      pathOf('/api/v1/events/live', filters),
      {
        ready: () => (this.element.dataset.open = ''), // from here on nothing is missed
        event: (event) => this.#onEvent(event),
        skipped: ({ skipped }) => this.#onSkipped(skipped),
      },
      (state) => this.#onState(state),
      { beats: false },
    );
  }

  #onState(state) {
    if (state !== 'refused?') {
      showBadge(this.#state, state === 'live' ? 'ok' : state === 'lost' ? 'attention' : 'unknown', t(`link.${state}`));
    }
  }

  #onEvent(event) {
    this.#seen += 1;
    if (this.#paused) {
      this.#skippedHere += 1;
    } else {
      this.#fresh.push(event);
      if (this.#fresh.length > (this.#held ? ROWS : ROWS_AT_ONCE)) {
        this.#fresh.shift();
        this.#skippedHere += 1;
      }
    }
    this.#drawSoon();
  }

  #onSkipped(skipped) {
    this.#skippedThere += skipped;
    this.#drawSoon();
  }

  #drawSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      painter.later('tail', () => this.#draw());
    }, ADD_EVERY);
  }

  #draw() {
    if (this.#fresh.length > 0 && !this.#held) {
      this.#empty.hidden = true;
      this.#list.hidden = false;
      // whoever has scrolled down reads: rows come in above without moving what is read
      const reading = this.#list.scrollTop > 4;
      const before = this.#list.scrollHeight;
      this.#list.prepend(...this.#fresh.reverse().map(row));
      this.#fresh = [];
      if (reading) {
        this.#list.scrollTop += this.#list.scrollHeight - before;
      }
      while (this.#list.childElementCount > ROWS) {
        this.#list.lastElementChild.remove();
      }
    }
    const skipped = this.#skippedHere + this.#skippedThere;
    const seen =
      skipped > 0
        ? t('tail.countSkipped', { seen: count(this.#seen), skipped: count(skipped) })
        : t('tail.count', { count: this.#seen, seen: count(this.#seen) });
    const held = this.#held && this.#fresh.length > 0;
    write(this.#note, held ? `${seen} · ${t('tail.held', { count: this.#fresh.length })}` : seen);
  }

  #togglePause() {
    this.#paused = !this.#paused;
    write(this.#pause.lastChild, t(this.#paused ? 'tail.resume' : 'tail.pause'));
    this.#pause.setAttribute('aria-pressed', String(this.#paused));
  }

  #clear() {
    this.#fresh = [];
    this.#seen = 0;
    this.#skippedHere = 0;
    this.#skippedThere = 0;
    fill(this.#list);
    this.#list.hidden = true;
    this.#empty.hidden = false;
    write(this.#note, '');
  }
}

function row(event) {
  const what = event.event === null ? word('tail.', 'truncated') : JSON.stringify(rest(event.event));
  return h(
    'button',
    { type: 'button', class: 'tail-row', on: { click: () => openFlight(event.tenant, event.id) } },
    h('span', { class: 'when', text: preciseClock(event.at) }),
    h('span', { class: 'type', text: event.durable ? event.type : `${event.type} ◇` }),
    h('span', { class: 'tenant', text: event.tenant }),
    h('span', { class: 'what', text: what.slice(0, 300) }),
  );
}

/** What the other columns do not say yet. */
function rest({ type, tenant_id: tenant, id, ts, cursor, ...others }) {
  return others;
}
