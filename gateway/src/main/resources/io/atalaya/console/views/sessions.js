import { api } from '../lib/api.js';
import { fill, h, write } from '../lib/dom.js';
import { painter } from '../lib/frame.js';
import { count, millis, span } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { button, failure, field, loading, select, viewHead } from '../lib/parts.js';
import { routeHash } from '../lib/router.js';
import { KeyedTable } from '../lib/table.js';
import { openSession } from './session.js';

const PAGE = 100;
const MOST = 500;
const EVERY = 5_000;
const FILTERS = ['q', 'tenant', 'endpoint', 'subject', 'topic'];

/** Who is connected, and how each of them gets on. */
export function sessionsView({ store, route }) {
  return new SessionsView(store, route);
}

class SessionsView {
  #store;
  #filters;
  #controls;
  #endpoint;
  #table = sessionTable((session) => openSession(session, () => this.#load()));
  #note = h('p', { class: 'muted' });
  #more = button(t('sessions.more'), () => this.#loadMore());
  #failure = h('div');
  #wait = loading();
  #sessions = [];
  #next = null;
  #timer = null;
  #asked = 0;
  #auto = h('input', { type: 'checkbox', prop: { checked: true } });
  #stop = () => {};

  constructor(store, route) {
    this.#store = store;
    this.#filters = filtersOf(route.parameters);
    this.#endpoint = select([['', t('common.all')]], '');
    this.#controls = {
      q: h('input', { type: 'search', autocomplete: 'off', spellcheck: 'false' }),
      tenant: h('input', { autocomplete: 'off', spellcheck: 'false' }),
      endpoint: this.#endpoint,
      subject: h('input', { autocomplete: 'off', spellcheck: 'false' }),
      topic: h('input', { autocomplete: 'off', spellcheck: 'false' }),
    };
    this.#more.hidden = true;
    this.element = h(
      'div',
      { class: 'view' },
      viewHead(t('nav.sessions'), t('sessions.lead')),
      h(
        'section',
        { class: 'panel', 'aria-label': t('sessions.search') },
        h(
          'form',
          { class: 'filters', role: 'search', on: { submit: (event) => this.#search(event) } },
          FILTERS.map((name) => field(t(`sessions.filter.${name}`), this.#controls[name]).element),
          button(t('common.search'), null, { kind: 'primary', iconName: 'search', type: 'submit' }),
        ),
        h('div', { class: 'row spread' }, this.#note, h('label', { class: 'row' }, this.#auto, t('sessions.auto'))),
        this.#failure,
        this.#wait,
        this.#table.element,
        this.#more,
      ),
    );
  }

  start() {
    this.#stop = this.#store.hello.follow((hello) => this.#onEndpoints(hello.endpoints ?? []));
    this.#showFilters();
    this.#load();
    this.#timer = setInterval(() => this.#refresh(), EVERY);
  }

  close() {
    this.#stop();
    clearInterval(this.#timer);
    this.#asked = -1;
    painter.forget('sessions');
  }

  onRoute(route) {
    this.#filters = filtersOf(route.parameters);
    this.#showFilters();
    this.#load();
  }

  #onEndpoints(endpoints) {
    fill(
      this.#endpoint,
      ['', ...endpoints].map((name) => h('option', { value: name, text: name || t('common.all') })),
    );
    this.#endpoint.value = this.#filters.endpoint ?? '';
  }

  #showFilters() {
    FILTERS.forEach((name) => (this.#controls[name].value = this.#filters[name] ?? ''));
  }

  #search(event) {
    event.preventDefault();
    const wanted = Object.fromEntries(FILTERS.map((name) => [name, this.#controls[name].value.trim()]));
    const hash = routeHash('sessions', '', wanted);
    if (location.hash === hash) {
      this.#load();
    } else {
      location.hash = hash; // the address can be kept and passed on
    }
  }

  /** Only the first page, and only while it is looked at: further pages would jump under the reader's eyes. */
  #refresh() {
    if (this.#auto.checked && !document.hidden && this.#sessions.length <= PAGE && !document.querySelector('dialog[open]')) {
      this.#load();
    }
  }

  async #load() {
    await this.#ask({}, (found) => found.sessions);
  }

  async #loadMore() {
    await this.#ask({ after: this.#next }, (found) => [...this.#sessions, ...found.sessions]);
  }

  async #ask(page, join) {
    const asked = ++this.#asked;
    try {
      const found = await api.get('/api/v1/sessions', { ...this.#filters, limit: PAGE, ...page });
      if (asked === this.#asked) {
        this.#sessions = join(found);
        this.#next = found.next ?? null;
        painter.later('sessions', () => this.#draw(found.total));
      }
    } catch (problem) {
      if (asked === this.#asked) {
        this.#wait.hidden = true;
        fill(this.#failure, failure(problem, () => this.#load()));
      }
    }
  }

  #draw(total) {
    fill(this.#failure);
    this.#wait.hidden = true;
    this.#table.show(this.#sessions);
    write(this.#note, t('sessions.found', { count: total, total: count(total), shown: count(this.#sessions.length) }));
    this.#more.hidden = this.#next === null || this.#sessions.length >= MOST;
    if (this.#next !== null && this.#sessions.length >= MOST) {
      write(this.#note, t('sessions.tooMany', { total: count(total), shown: count(this.#sessions.length) }));
    }
  }
}

function filtersOf(parameters) {
  return Object.fromEntries(FILTERS.map((name) => [name, parameters[name] ?? '']));
}

function sessionTable(onOpen) {
  return new KeyedTable({
    label: t('nav.sessions'),
    key: (session) => String(session.id),
    empty: t('sessions.none'),
    columns: [
      {
        head: t('sessions.number'),
        node: (session) =>
          h('button', { class: 'link', type: 'button', text: session.id, 'aria-label': t('sessions.openOne', { id: session.id }), on: { click: () => onOpen(session) } }),
        rowHead: true,
      },
      { head: t('common.endpoint'), text: ({ endpoint }) => endpoint },
      { head: t('common.tenant'), text: ({ tenant }) => tenant },
      { head: t('sessions.subject'), text: ({ subject, roles }) => (roles?.length > 0 ? `${subject} (${roles.join(', ')})` : subject), wide: true },
      { head: t('sessions.topics'), text: ({ topics }) => count(topics?.length), number: true },
      { head: t('sessions.sent'), text: ({ sent }) => count(sent), number: true },
      { head: t('sessions.lag'), text: ({ pending }) => count(pending), number: true },
      { head: t('sessions.dropped'), text: ({ dropped, conflated }) => count((dropped ?? 0) + (conflated ?? 0)), number: true },
      { head: t('sessions.rtt'), text: ({ round_trip_ms: rtt }) => millis(rtt), number: true },
      { head: t('sessions.silent'), text: ({ silent_seconds: silent }) => span(silent), number: true },
    ],
  });
}

