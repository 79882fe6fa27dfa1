import { api } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { decimal, millis, span } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { badge, button, facts, failure, field, loading, panel, viewHead } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';

const EVERY = 10_000;
const SERVICE_UNAVAILABLE = 503;

const TONES = {
  healthy: 'ok',
  ready: 'ok',
  connected: 'ok',
  closed: 'ok',
  available: 'ok',
  open: 'ok',
  subscribed: 'ok',
  serving: 'ok',
  warning: 'attention',
  degraded: 'attention',
  half_open: 'attention',
  draining: 'attention',
  starting: 'attention',
  critical: 'broken',
  unhealthy: 'broken',
  disconnected: 'broken',
  unavailable: 'broken',
  not_subscribed: 'broken',
  log_closed: 'broken',
  failing: 'broken',
  full: 'broken',
};

/** What the gateway leans on, and the configuration that it runs with. */
export function healthView() {
  return new HealthView();
}

class HealthView {
  #timer = null;
  #health = h('div', { class: 'view' }, loading());
  #config = h('div', {}, loading());
  #filter = h('input', { type: 'search', autocomplete: 'off', spellcheck: 'false', on: { input: () => this.#showSettings() } });
  #settings = [];
  #table = settingTable();
  #opened = new Set();

  constructor() {
    this.element = h('div', { class: 'view' }, viewHead(t('nav.health'), t('health.lead')), this.#health, panel(t('health.config'), h('p', { class: 'lead', text: t('health.configLead') }), this.#config));
  }

  start() {
    this.#load();
    this.#loadConfig();
    this.#timer = setInterval(() => document.hidden || this.#load(), EVERY);
  }

  close() {
    clearInterval(this.#timer);
  }

  async #load() {
    try {
      const accepted = [SERVICE_UNAVAILABLE]; // it says that not all is well, and why
      const [ready, detailed] = await Promise.all([
        api.get('/health/ready', {}, accepted),
        api.get('/health/detailed', {}, accepted),
      ]);
      const focused = document.activeElement?.closest?.('details')?.dataset.section;
      fill(this.#health, checksPanel(ready, detailed), this.#details(detailed));
      if (focused) {
        [...this.#health.querySelectorAll('details')].find((found) => found.dataset.section === focused)?.firstChild.focus();
      }
    } catch (problem) {
      fill(this.#health, failure(problem, () => this.#load()));
    }
  }

  #details(detailed) {
    const sections = Object.entries(detailed).filter(([, value]) => value !== null && typeof value === 'object');
    return panel(
      t('health.details'),
      sections.map(([name, value]) =>
        h(
          'details',
          {
            data: { section: name },
            prop: { open: this.#opened.has(name) },
            on: { toggle: (event) => (event.target.open ? this.#opened.add(name) : this.#opened.delete(name)) },
          },
          h('summary', { text: name }),
          tree(value),
        ),
      ),
    );
  }

  async #loadConfig() {
    try {
      const config = await api.get('/api/v1/config');
      this.#settings = Object.entries(config.settings ?? {}).map(([name, setting]) => ({ name, ...setting }));
      fill(
        this.#config,
        h('div', { class: 'filters' }, field(t('health.filter'), this.#filter).element, button(t('common.refresh'), () => this.#loadConfig())),
        facts([
          [t('health.profile'), config.profile],
          [t('health.switches'), Object.entries(config.switches ?? {}).map(([name, on]) => `${name} = ${on}`).join(', ') || '–'],
        ]),
        this.#table.element,
      );
      this.#showSettings();
    } catch (problem) {
      fill(this.#config, failure(problem, () => this.#loadConfig()));
    }
  }

  #showSettings() {
    const wanted = this.#filter.value.trim().toLowerCase();
    this.#table.show(this.#settings.filter(({ name, value }) => `${name} ${value}`.toLowerCase().includes(wanted)));
  }
}

function checksPanel(ready, detailed) {
  const state = (value) => badge(TONES[value] ?? 'unknown', word('health.state.', value));
  return panel(
    t('health.checks'),
    facts([
      [t('health.overall'), state(detailed.status)],
      [t('health.ready'), state(ready.status)],
      ...Object.entries(ready.checks ?? {}).map(([name, value]) => [word('health.check.', name), state(value)]),
      [t('health.uptime'), span(detailed.uptime)],
      [t('health.answered'), millis(detailed.responseTimeMs)],
    ]),
  );
}

/** Names and values of any shape, as lists within lists. */
function tree(value) {
  return h(
    'dl',
    { class: 'facts' },
    Object.entries(value).map(([name, part]) =>
      h(
        'div',
        {},
        h('dt', { text: name }),
        h('dd', {}, part !== null && typeof part === 'object' && !Array.isArray(part) && Object.keys(part).length > 0 ? tree(part) : plain(part)),
      ),
    ),
  );
}

function plain(value) {
  if (typeof value === 'number') {
    return decimal(value, 3);
  }
  if (value !== null && typeof value === 'object') {
    return Object.keys(value).length === 0 ? '–' : JSON.stringify(value);
  }
  return String(value ?? '–');
}

function settingTable() {
  return new KeyedTable({
    label: t('health.config'),
    key: ({ name }) => name,
    empty: t('health.noSetting'),
    columns: [
      { head: t('health.setting'), text: ({ name }) => name, rowHead: true },
      { head: t('health.value'), text: ({ value }) => String(value ?? ''), wide: true },
      { head: t('health.from'), text: ({ from }) => word('health.from.', from) },
    ],
  });
}
