import { announce } from '../lib/announce.js';
import { api } from '../lib/api.js';
import { confirmed, sheet } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { bytes, count, millis, moment, span } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { button, facts, failure, field, loading } from '../lib/parts.js';
import { explanation } from './explanation.js';

/** All about one session, and what can be done to it. */
export function openSession({ id }, onChange) {
  const body = h('div', { class: 'view' }, loading());
  const dialog = sheet(t('sessions.one', { id }), body);

  async function load() {
    try {
      const session = await api.get(`/api/v1/sessions/${id}`);
      fill(body, about(session), actions(session, dialog, onChange), explain(session));
    } catch (problem) {
      fill(body, problem.status === 404 ? h('p', { class: 'empty', text: t('sessions.gone') }) : failure(problem, load));
    }
  }
  load();
}

function about(session) {
  return facts([
    [t('common.endpoint'), `${session.endpoint} ${session.path ?? ''}`],
    [t('common.tenant'), session.tenant],
    [t('sessions.subject'), session.subject],
    [t('sessions.roles'), (session.roles ?? []).join(', ') || '–'],
    [t('sessions.topics'), chips(session.topics)],
    [t('sessions.claims'), chips(Object.entries(session.claims ?? {}).map(([name, values]) => `${name} = ${[values].flat().join(', ')}`))],
    [t('sessions.sent'), count(session.sent)],
    [t('sessions.lag'), `${count(session.pending)} · ${bytes(session.pending_bytes)}`],
    [t('sessions.dropped'), t('sessions.droppedNote', { dropped: count(session.dropped), conflated: count(session.conflated) })],
    [t('sessions.rtt'), millis(session.round_trip_ms)],
    [t('sessions.silent'), span(session.silent_seconds)],
    [t('sessions.connected'), moment(session.connected_at)],
    [t('sessions.expires'), moment(session.expires_at)],
    [t('sessions.remote'), session.remote ?? '–'],
    [t('sessions.token'), session.token_id ?? '–'],
  ]);
}

function chips(texts = []) {
  return texts.length === 0 ? '–' : h('ul', { class: 'chips' }, texts.map((text) => h('li', { class: 'chip', text })));
}

function actions(session, dialog, onChange) {
  const { id, tenant, subject } = session;
  async function act(question, action, path, body) {
    if (!(await confirmed(action, question, action))) {
      return;
    }
    try {
      const { closed } = await api.post(path, body);
      announce(t('sessions.closed', { count: closed }));
      dialog.close();
      onChange();
    } catch (problem) {
      announce(problem.message);
    }
  }
  return h(
    'div',
    { class: 'row' },
    button(
      t('sessions.disconnect'),
      () => act(t('sessions.disconnectAsk', { id, subject }), t('sessions.disconnect'), '/api/v1/sessions/disconnect', { id }),
      { kind: 'danger' },
    ),
    session.token_id
      ? button(
          t('sessions.revokeToken'),
          () =>
            act(t('sessions.revokeTokenAsk', { subject }), t('sessions.revokeToken'), '/api/v1/revocations', {
              token_id: session.token_id,
            }),
          { kind: 'danger' },
        )
      : null,
    button(
      t('sessions.revokeUser'),
      () => act(t('sessions.revokeUserAsk', { subject, tenant }), t('sessions.revokeUser'), '/api/v1/revocations', {
          tenant,
          subject: session.revoked_as ?? subject,
        }),
      { kind: 'danger' },
    ),
  );
}

/** Why does, or does not, this session get that event? */
function explain(session) {
  const event = h('input', { autocomplete: 'off', spellcheck: 'false' });
  const asked = field(t('explain.event'), event);
  const answer = h('div', { 'aria-live': 'polite' });
  async function submit(submitted) {
    submitted.preventDefault();
    asked.say(event.value.trim() ? '' : t('common.missing'));
    if (event.value.trim()) {
      fill(answer, loading());
      fill(answer, await explanation({ session: session.id, event: event.value.trim(), tenant: '' }));
    }
  }
  return h(
    'form',
    { class: 'panel', on: { submit } },
    h('h3', { text: t('explain.title') }),
    asked.element,
    h('div', {}, button(t('explain.ask'), null, { type: 'submit' })),
    answer,
  );
}
