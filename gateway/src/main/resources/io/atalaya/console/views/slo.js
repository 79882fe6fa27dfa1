import { api } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { count, decimal, moment, month, percent, span } from '../lib/format.js';
import { t, titleOf, word } from '../lib/i18n.js';
import { badge, failure, loading, panel, viewHead } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';
import { alertsPanel } from './alerts.js';

const EVERY = 10_000;

const SLO_TONES = {
  ok: 'ok',
  burning: 'attention',
  spent: 'broken',
  no_data: 'unknown',
  low_traffic: 'unknown',
  excluded: 'unknown',
  not_measured: 'unknown',
};

const ALERT_TONES = { quiet: 'ok', pending: 'attention', firing: 'broken' };

/** What is promised, and how much of what may go wrong is left. */
export function sloView() {
  return new SloView();
}

class SloView {
  #timer = null;
  #gate = h('div');
  #alerts = h('div');
  #objectives = h('div', { class: 'view' }, loading());
  #opened = new Set();
  #titles = new Map();

  constructor() {
    this.element = h('div', { class: 'view' }, viewHead(t('nav.slo'), t('slo.lead')), this.#gate, this.#alerts, this.#objectives);
  }

  start() {
    this.#load();
    this.#timer = setInterval(() => document.hidden || this.#load(), EVERY);
  }

  close() {
    clearInterval(this.#timer);
  }

  async #load() {
    try {
      const [report, gate] = await Promise.all([api.get('/api/v1/slo'), api.get('/api/v1/slo/gate')]);
      this.#titles = new Map(report.objectives.map((objective) => [objective.id, titleOf(objective)]));
      fill(this.#gate, gatePanel(gate, this.#titles));
      this.#show(report);
    } catch (problem) {
      fill(this.#objectives, failure(problem, () => this.#load()));
    }
    const alerts = await alertsPanel(this.#titles);
    fill(this.#alerts, alerts);
  }

  #show(report) {
    const focused = document.activeElement?.closest?.('details')?.dataset.objective;
    const services = Map.groupBy ? Map.groupBy(report.objectives, ({ service }) => service) : grouped(report.objectives);
    fill(
      this.#objectives,
      report.objectives.length === 0 ? h('p', { class: 'empty', text: t('slo.none') }) : null,
      [...services].map(([service, objectives]) => panel(service, objectives.map((objective) => this.#objective(objective)))),
      h('p', { class: 'muted', text: t('slo.at', { time: moment(report.at) }) }),
    );
    if (focused) {
      [...this.#objectives.querySelectorAll('details')].find((found) => found.dataset.objective === focused)?.firstChild.focus();
    }
  }

  #objective(objective) {
    const { id, state, budget_remaining: left } = objective;
    const more = h(
      'details',
      {
        data: { objective: id },
        prop: { open: this.#opened.has(id) },
        on: { toggle: (event) => (event.target.open ? this.#opened.add(id) : this.#opened.delete(id)) },
      },
      h('summary', { text: t('slo.more') }, h('span', { class: 'visually-hidden', text: ` · ${titleOf(objective)}` })),
      burnTable(objective),
      h('h3', { text: t('slo.history') }),
      monthTable(objective),
      h('p', { class: 'muted', text: notes(objective) }),
    );
    return h(
      'article',
      { class: 'slo stack' },
      h('div', { class: 'slo-head' }, h('h3', { text: titleOf(objective) }), badge(SLO_TONES[state] ?? 'unknown', word('slo.state.', state))),
      h('p', { class: 'muted', text: t('slo.promise', { percent: decimal(Number(objective.objective_percent), 4), window: objective.window }) }),
      typeof left === 'number'
        ? h('div', { class: 'budget' }, meter(left, SLO_TONES[state]), h('span', {}, h('strong', { text: percent(left) }), ` ${t('slo.left')}`))
        : null,
      state === 'not_measured' ? null : more,
    );
  }
}

function grouped(objectives) {
  const groups = new Map();
  for (const objective of objectives) {
    groups.set(objective.service, [...(groups.get(objective.service) ?? []), objective]);
  }
  return groups;
}

function meter(share, tone) {
  const bounded = Math.min(1, Math.max(0, share));
  const bar = h('span');
  bar.style.width = `${bounded * 100}%`;
  return h('div', { class: 'meter', 'aria-hidden': 'true', data: { tone: tone ?? 'unknown' } }, bar);
}

function gatePanel(gate, titles) {
  const unknown = (gate.unknown ?? []).map((id) => titles.get(id) ?? id);
  return panel(
    t('slo.gate'),
    h(
      'div',
      { class: 'row' },
      badge(gate.allowed ? 'ok' : 'broken', t(gate.allowed ? 'slo.allowed' : 'slo.blocked')),
      gate.allowed ? t('slo.allowedLead') : t('slo.blockedLead', { names: gate.spent.map((spent) => titleOf(spent) ?? spent.id).join(', ') }),
    ),
    unknown.length > 0 ? h('p', { class: 'muted', text: t('slo.unknown', { names: unknown.join(' · ') }) }) : null,
  );
}

function burnTable({ tiers = [] }) {
  const table = new KeyedTable({
    label: t('slo.burn'),
    key: ({ tier }) => tier,
    empty: t('slo.noTiers'),
    columns: [
      { head: t('slo.tier'), text: ({ tier, severity }) => `${word('slo.tier.', tier)} (${word('severity.', severity)})`, rowHead: true },
      { head: t('slo.long'), text: ({ long, long_burn_rate: burn }) => `${decimal(burn, 2)}× · ${long}`, number: true },
      { head: t('slo.short'), text: ({ short, short_burn_rate: burn }) => `${decimal(burn, 2)}× · ${short}`, number: true },
      { head: t('slo.limit'), text: ({ limit }) => `${decimal(limit, 2)}×`, number: true },
      { head: t('slo.alert'), node: ({ alert }) => badge(ALERT_TONES[alert] ?? 'unknown', word('slo.alert.', alert)) },
    ],
  });
  table.show(tiers);
  return table.element;
}

function monthTable({ month: current, months = [], counts }) {
  const amount = (value) => (counts === 'milliseconds' ? span(value / 1_000) : count(value));
  const table = new KeyedTable({
    label: t('slo.history'),
    key: (row) => row.month,
    empty: t('slo.noMonths'),
    columns: [
      { head: t('slo.month'), text: (row) => month(row.month), rowHead: true },
      { head: t('slo.bad'), text: ({ bad }) => amount(bad), number: true },
      { head: t('slo.total'), text: ({ total }) => amount(total), number: true },
      { head: t('slo.leftHead'), text: ({ budget_remaining: left }) => percent(left), number: true },
      {
        head: t('slo.budget'),
        node: ({ budget_remaining: left }) => meter(left ?? 0, left === undefined ? 'unknown' : left > 0 ? 'ok' : 'broken'),
      },
    ],
  });
  const rows = [...(current ? [current] : []), ...months.filter((past) => past.month !== current?.month)];
  table.show(rows.sort((a, b) => b.month.localeCompare(a.month)));
  return table.element;
}

function notes(objective) {
  return [
    objective.counts === 'milliseconds'
      ? t('slo.badTime', { bad: span((objective.bad ?? 0) / 1_000), total: span((objective.total ?? 0) / 1_000) })
      : t('slo.badEvents', { bad: count(objective.bad), total: count(objective.total) }),
    objective.history_complete === false ? t('slo.incomplete', { known: span(objective.history_seconds) }) : null,
    objective.gate === 'off' ? t('slo.gateOff') : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

