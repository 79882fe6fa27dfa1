import { announce } from '../lib/announce.js';
import { api, pathOf } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { moment } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { badge, button, panel } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';

/**
 * What somebody is being told right now; null where this gateway does not raise alerts by itself.
 *
 * @param {Map<string, string>} titles of objectives by id, in the language of the page
 */
export async function alertsPanel(titles) {
  try {
    const { firing = [], pauses = [] } = await api.get('/api/v1/alerts');
    return panel(t('alerts.title'), firingTable(firing, titles), pauses.length > 0 ? pauseTable(pauses) : null);
  } catch {
    return null;
  }
}

/** What an alert says, in the language of the page where it is one of ours; otherwise as whoever made it put it. */
export function sentence({ alert, labels = {}, annotations = {} }, titles) {
  const title = titles.get(labels.slo);
  if (title && alert === 'SLOErrorBudgetBurn') {
    return t('alerts.burns', { title, tier: word('slo.tier.', labels.burnrate_tier), long: labels.long, short: labels.short });
  }
  if (title && alert === 'SLOErrorBudgetSpent') {
    return t('alerts.spent', { title });
  }
  return annotations.summary ?? annotations.description ?? '';
}

function firingTable(firing, titles) {
  const table = new KeyedTable({
    label: t('alerts.title'),
    key: ({ alert, labels }) => `${alert} ${JSON.stringify(labels)}`,
    empty: t('alerts.none'),
    columns: [
      { head: t('alerts.alert'), text: ({ alert }) => alert, rowHead: true },
      { head: t('alerts.severity'), node: ({ labels }) => badge(labels?.severity === 'critical' ? 'broken' : 'attention', labels?.severity ? word('severity.', labels.severity) : '–') },
      { head: t('alerts.what'), text: (told) => sentence(told, titles), wide: true },
      { head: t('alerts.since'), text: ({ starts_at: since }) => moment(since) },
      { head: t('common.state'), text: ({ inhibited, paused }) => word('alerts.', paused ? 'paused' : inhibited ? 'inhibited' : 'told') },
    ],
  });
  table.show(firing);
  return table.element;
}

function pauseTable(pauses) {
  const table = new KeyedTable({
    label: t('alerts.pauses'),
    key: ({ id }) => id,
    empty: t('common.nothing'),
    columns: [
      { head: t('alerts.pause'), text: ({ reason }) => reason, rowHead: true, wide: true },
      { head: t('alerts.service'), text: ({ service }) => service ?? t('common.all') },
      { head: t('alerts.until'), text: ({ until }) => moment(until) },
      { head: t('common.actions'), node: ({ id }) => button(t('alerts.resume'), (event) => resume(id, event.currentTarget), { kind: 'small' }) },
    ],
  });
  table.show(pauses);
  return h('div', {}, h('h3', { text: t('alerts.pauses') }), table.element);
}

async function resume(id, pressed) {
  pressed.disabled = true;
  try {
    await api.remove(pathOf('/api/v1/alerts/pauses', { id }));
    announce(t('alerts.resumed'));
  } catch (problem) {
    pressed.disabled = false;
    announce(problem.message);
  }
}
