import { api } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { count, preciseClock } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { badge, failure, loading } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';

const TONES = {
  sent: 'ok',
  acknowledged: 'ok',
  awaiting: 'attention',
  pending: 'attention',
  not_sent: 'broken',
  expired: 'broken',
};

/** Who got an event, when, and who did not and why; asked for at `url`, since it costs a look at every session. */
export function deliveries(url) {
  const box = h('div', {}, loading());
  async function load() {
    try {
      fill(box, shown(await api.get(url)));
    } catch (problem) {
      fill(box, problem.status === 404 ? h('p', { class: 'muted', text: t('flight.notKept') }) : failure(problem, load));
    }
  }
  load();
  return box;
}

function shown(answer) {
  const table = deliveryTable();
  table.show((answer.deliveries ?? []).map((delivery, place) => ({ ...delivery, place })));
  const counts = Object.entries(answer.counts ?? {}).map(([state, sum]) => `${word('delivery.', state)} ${count(sum)}`);
  const notes = [counts.join(' · '), answer.truncated ? t('flight.truncated') : '', ...(answer.notes ?? [])].filter(Boolean);
  return [table.element, notes.map((note) => h('p', { class: 'muted', text: note }))];
}

function deliveryTable() {
  return new KeyedTable({
    label: t('flight.deliveries'),
    key: ({ place }) => String(place),
    empty: t('flight.noDeliveries'),
    columns: [
      { head: t('sessions.subject'), text: ({ subject, client_id: client }) => (client ? `${subject} (${client})` : subject), rowHead: true },
      { head: t('sessions.number'), text: ({ session, endpoint }) => (session === undefined ? '' : `${session} ${endpoint ?? ''}`) },
      { head: t('common.state'), node: ({ state }) => badge(TONES[state] ?? 'unknown', word('delivery.', state)) },
      { head: t('common.time'), text: timeOf },
      { head: t('books.reason'), text: ({ reason, ended }) => reason ?? ended ?? '', wide: true },
    ],
  });
}

/** Of one whose exact time is not known, the time by which it had happened. */
function timeOf({ delivered_at: delivered, sent_at: sent, sent_by: by, acknowledged_at: acknowledged }) {
  const at = acknowledged ?? delivered ?? sent;
  return at ? preciseClock(at) : by ? `≤ ${preciseClock(by)}` : '';
}
