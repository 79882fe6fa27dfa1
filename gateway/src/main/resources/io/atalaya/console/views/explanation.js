import { api } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { badge, failure } from '../lib/parts.js';

/** The gateway's own account of why a session gets an event, or does not. */
export async function explanation({ session, event, tenant }) {
  try {
    return shown(await api.get('/api/v1/explain', { session, event, tenant }));
  } catch (problem) {
    return failure(problem);
  }
}

function shown(answer) {
  return h(
    'div',
    { class: 'explanation' },
    h('p', { class: 'row' }, badge(answer.delivered ? 'ok' : 'attention', t(answer.delivered ? 'explain.yes' : 'explain.no')), h('span', { lang: 'en', text: answer.reason })),
    (answer.audiences ?? []).map((audience) =>
      h(
        'section',
        {},
        h('h3', {}, audience.name, ' ', badge(audience.reaches ? 'ok' : 'unknown', t(audience.reaches ? 'explain.reaches' : 'explain.reachesNot'))),
        h(
          'ul',
          {},
          (audience.alternatives ?? []).map((alternative) =>
            h('li', {}, h('span', { class: 'chip', text: alternative.taken ?? alternative.topic }), ' ', h('span', { lang: 'en', text: alternative.because ?? '' })),
          ),
        ),
      ),
    ),
  );
}
