import { Chart } from '../lib/chart.js';
import { h, mark, write } from '../lib/dom.js';
import { painter } from '../lib/frame.js';
import { bytes, count, decimal, millis, percent, rate, short, span } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { icon } from '../lib/icons.js';
import { badge, choice, panel, showBadge, Tile, viewHead } from '../lib/parts.js';
import { remember, remembered } from '../lib/prefs.js';
import { KeyedTable } from '../lib/table.js';
import { verdict } from '../lib/verdict.js';

const RANGES = [300, 900, 3_600, 21_600];

/** What happens this second, and what happened before. */
export function liveView({ store }) {
  return new LiveView(store);
}

class LiveView {
  #store;
  #stops = [];
  #range = rangeRemembered();
  #verdict = new VerdictLine();
  #tiles = tiles();
  #charts = charts();
  #endpoints = endpointTable();
  #tenants = tenantTable();
  #breakers = breakerTable();
  #process = h('p', { class: 'muted' });
  #tenantNote = h('p', { class: 'muted' });

  constructor(store) {
    this.#store = store;
    this.element = h(
      'div',
      { class: 'view' },
      viewHead(t('nav.live'), t('live.lead')),
      this.#verdict.element,
      h('dl', { class: 'tiles live-value' }, Object.values(this.#tiles).map((tile) => tile.element)),
      h(
        'section',
        { class: 'panel', 'aria-label': t('live.charts') },
        h(
          'div',
          { class: 'row spread' },
          h('h2', { text: t('live.charts') }),
          choice(t('live.range'), RANGES.map((seconds) => [seconds, span(seconds)]), this.#range, (range) => this.#show(range)),
        ),
        h('div', { class: 'grid-2' }, this.#charts.map(({ chart }) => chart.element)),
      ),
      h(
        'div',
        { class: 'grid-2 live-value' },
        panel(t('live.endpoints'), this.#endpoints.element),
        panel(t('live.tenants'), this.#tenants.element, this.#tenantNote),
        panel(t('live.breakers'), this.#breakers.element),
        panel(t('live.process'), this.#process),
      ),
    );
  }

  start() {
    this.#stops = [
      this.#store.tick.follow((tick) => painter.later('live', () => this.#draw(tick))),
      this.#store.tenants.follow((tenants) => painter.later('live-tenants', () => this.#drawTenants(tenants))),
      this.#store.history.follow(() => this.#drawCharts()),
    ];
  }

  close() {
    this.#stops.forEach((stop) => stop());
    this.#charts.forEach(({ chart }) => chart.close());
    painter.forget('live');
    painter.forget('live-tenants');
  }

  #show(range) {
    this.#range = range;
    remember('range', String(range));
    this.#drawCharts();
  }

  #drawCharts() {
    for (const { chart, names } of this.#charts) {
      chart.show(this.#store.figures(this.#range, names));
    }
  }

  #draw(tick) {
    const { books, slo } = this.#store;
    this.#verdict.show(verdict({ tick, books: books.value, slo: slo.value }));
    drawTiles(this.#tiles, tick);
    this.#endpoints.show(tick.endpoints ?? []);
    this.#breakers.show(dependencies(tick));
    const { process } = tick;
    write(
      this.#process,
      t('live.processLine', {
        cpu: decimal(process?.cpu_percent),
        memory: bytes(process?.resident_bytes),
        uptime: span(process?.uptime_seconds),
      }),
    );
  }

  #drawTenants(tenants) {
    this.#tenants.show(tenants.tenants);
    const more = tenants.total - tenants.tenants.length;
    write(this.#tenantNote, more > 0 ? t('live.moreTenants', { count: count(more) }) : '');
  }
}

function rangeRemembered() {
  const range = Number(remembered('range'));
  return RANGES.includes(range) ? range : 900;
}

/** The state of the whole in one sentence. */
class VerdictLine {
  #icon = icon('unknown');
  #head = h('p', { text: t('live.verdict.unknown') });
  #why = h('p');

  constructor() {
    this.element = h('div', { class: 'verdict' }, this.#icon, h('div', {}, this.#head, this.#why));
  }

  show({ tone, reasons }) {
    if (this.element.dataset.tone !== tone) {
      mark(this.element, 'data-tone', tone);
      const next = icon(tone);
      this.#icon.replaceWith(next);
      this.#icon = next;
    }
    write(this.#head, t(`live.verdict.${tone}`));
    write(this.#why, reasons.length === 0 ? t('live.verdict.none') : reasons.map(sentence).join(' · '));
  }
}

function sentence({ key, values }) {
  const shown = { ...values };
  if ('used' in values) {
    shown.used = percent(values.used, 0);
    shown.name = word('buffer.', values.name);
  }
  if (key === 'why.unbalanced') {
    shown.name = word('book.', values.name);
  }
  if ('rate' in values) {
    shown.rate = rate(values.rate);
  }
  return t(key, shown);
}

function tiles() {
  return {
    connections: new Tile(t('live.connections')),
    eventsIn: new Tile(t('live.eventsIn'), t('live.perSecond')),
    deliveries: new Tile(t('live.deliveries'), t('live.perSecond')),
    latency: new Tile(t('live.latency')),
    waiting: new Tile(t('live.waiting')),
    dropped: new Tile(t('live.dropped'), t('live.perSecond')),
  };
}

function drawTiles(tiles, tick) {
  const latency = tick.latency?.['10s'] ?? {};
  tiles.connections.show(
    count(tick.connections),
    tick.max_connections > 0 ? t('live.of', { max: count(tick.max_connections) }) : '',
  );
  tiles.eventsIn.show(rate(tick.events_in), t('live.total', { total: short(tick.totals?.events_in) }));
  tiles.deliveries.show(rate(tick.deliveries), t('live.total', { total: short(tick.totals?.deliveries) }));
  tiles.latency.show(millis(latency.p99), `p50\u00a0${millis(latency.p50)} · p95\u00a0${millis(latency.p95)}`);
  const waiting = Object.values(tick.buffer ?? {}).reduce((sum, { size }) => sum + size, 0);
  tiles.waiting.show(short(waiting), t('live.waitingNote', { backlog: short(tick.buffer?.backlog?.size) }));
  tiles.dropped.show(
    rate(tick.dropped),
    t('live.total', { total: short(tick.totals?.dropped) }),
    tick.dropped > 0 ? 'attention' : '',
  );
}

function charts() {
  const line = (name, label, colour, area = false) => ({ name, label, colour, area });
  const plain = [
    [t('live.eventsIn'), rate, [line('events_in', t('live.perSecond'), 'line-a', true)]],
    [t('live.deliveries'), rate, [line('deliveries', t('live.perSecond'), 'line-a', true)]],
    [t('live.latencyLong'), millis, [line('p50', 'p50', 'line-a'), line('p95', 'p95', 'line-b'), line('p99', 'p99', 'line-c')]],
    [t('live.connections'), short, [line('connections', t('live.open'), 'line-a', true)]],
    [
      t('live.waiting'),
      short,
      [
        line('uncommitted', t('buffer.uncommitted'), 'line-a'),
        line('on_their_way', t('buffer.on_their_way'), 'line-b'),
        line('backlog', t('buffer.backlog'), 'line-c'),
      ],
    ],
    [t('live.dropped'), rate, [line('dropped', t('live.perSecond'), 'line-c', true)]],
  ];
  return plain.map(([title, format, lines]) => ({ chart: new Chart({ title, format, lines }), names: lines.map(({ name }) => name) }));
}

function endpointTable() {
  return new KeyedTable({
    label: t('live.endpoints'),
    key: (endpoint) => endpoint.name,
    empty: t('common.nothing'),
    columns: [
      { head: t('common.endpoint'), text: (endpoint) => endpoint.name, rowHead: true },
      { head: t('live.connections'), text: (endpoint) => count(endpoint.connections), number: true },
      { head: t('live.deliveriesPerSecond'), text: (endpoint) => rate(endpoint.deliveries), number: true },
    ],
  });
}

function tenantTable() {
  return new KeyedTable({
    label: t('live.tenants'),
    key: (tenant) => tenant.tenant,
    empty: t('live.nobody'),
    columns: [
      {
        head: t('common.tenant'),
        node: ({ tenant }) => h('a', { href: `#/sessions?${new URLSearchParams({ tenant })}`, text: tenant }),
        rowHead: true,
      },
      { head: t('live.connections'), text: (tenant) => count(tenant.connections), number: true },
      { head: t('live.deliveriesPerSecond'), text: (tenant) => rate(tenant.deliveries), number: true },
    ],
  });
}

/** Everything that the gateway leans on, in the shape of breakers. */
function dependencies(tick) {
  const redis = tick.redis?.configured
    ? [{ name: 'redis (Pub/Sub)', state: tick.redis.subscribed ? 'subscribed' : 'not_subscribed', failures: null }]
    : [];
  return [...redis, ...(tick.breakers ?? [])];
}

const TONES = { closed: 'ok', subscribed: 'ok', half_open: 'attention', open: 'broken', not_subscribed: 'broken' };

function breakerTable() {
  return new KeyedTable({
    label: t('live.breakers'),
    key: (breaker) => breaker.name,
    empty: t('live.noBreakers'),
    columns: [
      { head: t('common.name'), text: (breaker) => breaker.name, rowHead: true },
      {
        head: t('common.state'),
        node: () => badge('unknown', ''),
        update: (node, { state }) => showBadge(node, TONES[state] ?? 'unknown', word('breaker.', state)),
      },
      {
        head: t('live.failures'),
        text: ({ failures, threshold }) => (failures === null ? '' : `${count(failures)} / ${count(threshold)}`),
        number: true,
      },
    ],
  });
}
