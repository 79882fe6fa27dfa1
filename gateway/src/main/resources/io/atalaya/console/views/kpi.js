import { api } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { count, decimal, moment } from '../lib/format.js';
import { t, titleOf, word } from '../lib/i18n.js';
import { badge, facts, failure, loading, panel, viewHead } from '../lib/parts.js';
import { bars } from '../lib/bars.js';

const EVERY = 5_000;

const TONES = { on_target: 'ok', at_risk: 'attention', missed: 'broken', low_sample: 'unknown', no_data: 'unknown' };
const TRENDS = { improving: '↗', stable: '→', worsening: '↘', unknown: '·' };

/** The few figures by which the business judges itself. */
export function kpiView() {
  return new KpiView();
}

class KpiView {
  #timer = null;
  #body = h('div', { class: 'view' }, loading());

  constructor() {
    this.element = h('div', { class: 'view' }, viewHead(t('nav.kpi'), t('kpi.lead')), this.#body);
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
      this.#show(await api.get('/api/v1/kpi'));
    } catch (problem) {
      fill(this.#body, problem.status === 404 ? h('p', { class: 'panel empty', text: t('kpi.none') }) : failure(problem, () => this.#load()));
    }
  }

  #show(report) {
    if (report.kpis.length === 0) {
      fill(this.#body, h('p', { class: 'panel empty', text: t('kpi.none') }));
      return;
    }
    fill(
      this.#body,
      report.history && report.history !== 'complete' ? h('p', { class: 'notice', text: t(`kpi.history.${report.history}`) }) : null,
      h('div', { class: 'score' }, report.kpis.map(card)),
      h(
        'p',
        { class: 'muted' },
        t('kpi.at', { time: moment(report.at), zone: report.time_zone ?? 'UTC' }),
        ' · ',
        h('a', { href: '/api/v1/kpi.csv', download: 'kpi.csv', text: t('kpi.csv') }),
      ),
    );
  }
}

function card(kpi) {
  const shown = (value) => `${decimal(value, 2)}${kpi.unit === 'percent' ? ' %' : ''}`;
  const periods = [...(kpi.periods ?? []), ...(kpi.current ? [kpi.current] : [])].slice(-14);
  const element = panel(
    titleOf(kpi),
    h('p', { class: 'row' }, badge(TONES[kpi.state] ?? 'unknown', word('kpi.state.', kpi.state)), h('span', { class: 'muted', text: [kpi.domain, kpi.owner].filter(Boolean).join(' · ') })),
    h('p', {}, h('span', { class: 'figure', text: shown(kpi.value) }), kpi.unit && kpi.unit !== 'percent' ? h('span', { class: 'muted', text: ` ${kpi.unit}` }) : null),
    bars(
      periods.map(({ day, value }) => ({ label: day, value: value ?? null, text: shown(value) })),
      t('kpi.past', { title: titleOf(kpi) }),
    ),
    facts([
      [t('kpi.target'), `${kpi.better === 'lower' ? '≤' : '≥'} ${shown(kpi.target)}`],
      [t('kpi.trend'), `${TRENDS[kpi.trend] ?? '·'} ${word('kpi.trend.', kpi.trend)}`],
      [t('kpi.risk'), word('kpi.risk.', kpi.risk)],
      [t('kpi.samples'), count(kpi.current?.samples)],
      [t('kpi.period'), word('kpi.period.', kpi.period)],
    ]),
  );
  element.dataset.kpi = kpi.id;
  return element;
}
