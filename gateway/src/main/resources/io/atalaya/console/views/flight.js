import { api } from '../lib/api.js';
import { sheet } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { count, preciseClock, preciseMoment } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { badge, button, facts, failure, field, loading } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';
import { deliveries } from './deliveries.js';
import { explanation } from './explanation.js';

const TONES = {
  done: 'ok',
  waiting: 'unknown',
  none: 'unknown',
  unknown: 'unknown',
  dead_letter: 'broken',
  expired: 'attention',
};

/** One event from its intake to each acknowledgement. */
export function openFlight(tenant, id) {
  const body = h('div', { class: 'view' }, loading());
  sheet(t('flight.title'), facts([[t('common.tenant'), tenant], [t('common.id'), id]]), body);

  async function load() {
    try {
      const flight = await api.get(`/api/v1/flights/${encodeURIComponent(tenant)}/${encodeURIComponent(id)}`);
      fill(body, path(flight), content(flight), explain(flight));
    } catch (problem) {
      fill(body, problem.status === 404 ? h('p', { class: 'empty', text: t('flight.gone') }) : failure(problem, load));
    }
  }
  load();
}

function path(flight) {
  return h('ol', { class: 'path', 'aria-label': t('flight.path') }, (flight.stages ?? []).map(stage));
}

function stage(found) {
  return h(
    'li',
    {},
    h(
      'p',
      { class: 'row' },
      h('strong', { text: word('flight.stage.', found.stage) }),
      found.state === 'ask' ? null : badge(TONES[found.state] ?? 'unknown', word('flight.state.', found.state)),
      found.at ? h('span', { class: 'when', text: preciseClock(found.at) }) : null,
    ),
    detail(found),
  );
}

function detail(found) {
  switch (found.stage) {
    case 'received':
      return note([found.source && t('flight.source', { source: word('source.', found.source) }), found.own_ts && t('flight.ownTime', { time: preciseMoment(found.own_ts) })]);
    case 'committed':
      return note([found.cursor && t('flight.cursor', { cursor: found.cursor })]);
    case 'archived':
      return found.dead_letter ? note([`${found.dead_letter.code}: ${found.dead_letter.reason}`]) : null;
    case 'routed':
      return routed(found);
    case 'delivered':
      return found.url ? deliveries(found.url) : note([t('flight.notKept')]);
    case 'acknowledged':
      return acknowledged(found);
    default:
      return null;
  }
}

function note(texts) {
  const said = texts.filter(Boolean);
  return said.length > 0 ? h('p', { class: 'muted wide', text: said.join(' · ') }) : null;
}

function routed({ rule, topics = [], subscribers }) {
  const table = new KeyedTable({
    label: t('flight.topics'),
    key: ({ topic, audience }) => `${audience}/${topic}`,
    empty: t('flight.noTopics'),
    columns: [
      { head: t('flight.audience'), text: ({ audience }) => audience, rowHead: true },
      { head: t('flight.topic'), text: ({ topic }) => topic, wide: true },
      { head: t('flight.subscribers'), text: (topic) => count(topic.subscribers), number: true },
    ],
  });
  table.show(topics);
  return h('div', {}, note([word('flight.rule.', rule), t('flight.reached', { count: subscribers ?? 0 })]), table.element);
}

function acknowledged({ wanted, recipients = [] }) {
  if (recipients.length === 0) {
    return null;
  }
  const table = new KeyedTable({
    label: t('flight.recipients'),
    key: ({ tenant, subject, client_id: client }) => `${tenant}/${subject}/${client ?? ''}`,
    empty: t('common.nothing'),
    columns: [
      { head: t('sessions.subject'), text: ({ subject, client_id: client }) => (client ? `${subject} (${client})` : subject), rowHead: true },
      { head: t('common.state'), text: ({ state }) => word('state.', state) },
      { head: t('flight.deliveredAt'), text: ({ delivered_at: at }) => preciseClock(at) },
      { head: t('flight.settledAt'), text: ({ settled_at: at }) => preciseClock(at) },
    ],
  });
  table.show(recipients);
  return h('div', {}, note([t('flight.wanted', { count: wanted ?? recipients.length })]), table.element);
}

function content({ event, type, durable, scope }) {
  return h(
    'section',
    {},
    facts([
      [t('common.type'), type],
      [t('flight.kind'), t(durable ? 'flight.durable' : 'flight.ephemeral')],
      [t('flight.scope'), Object.entries(scope ?? {}).map(([name, value]) => `${name} = ${value}`).join(', ') || '–'],
    ]),
    h('pre', { class: 'notice', tabindex: '0', 'aria-label': t('flight.content'), text: JSON.stringify(event, null, 2) }),
  );
}

function explain({ tenant, id }) {
  const session = h('input', { inputmode: 'numeric', autocomplete: 'off' });
  const asked = field(t('explain.session'), session, t('explain.sessionHint'));
  const answer = h('div', { 'aria-live': 'polite' });
  async function submit(event) {
    event.preventDefault();
    const valid = /^\d{1,18}$/.test(session.value.trim());
    asked.say(valid ? '' : t('explain.sessionWrong'));
    if (valid) {
      fill(answer, loading());
      fill(answer, await explanation({ session: session.value.trim(), event: id, tenant }));
    }
  }
  return h(
    'form',
    { class: 'panel', novalidate: true, on: { submit } },
    h('h3', { text: t('explain.title') }),
    asked.element,
    h('div', {}, button(t('explain.ask'), null, { type: 'submit' })),
    answer,
  );
}
