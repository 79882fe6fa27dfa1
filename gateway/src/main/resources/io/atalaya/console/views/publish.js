import { announce } from '../lib/announce.js';
import { api } from '../lib/api.js';
import { audiencesOf, buildEvent, entryOf, formMembers } from '../lib/catalogue.js';
import { fill, h, write } from '../lib/dom.js';
import { t, word } from '../lib/i18n.js';
import { badge, button, failure, field, loading, panel } from '../lib/parts.js';
import { openFlight } from './flight.js';

/** Publishes an event by hand, checked against the catalogue before and by the gateway after. */
export function publishTab() {
  const element = h('div', { class: 'view' }, loading());
  async function load() {
    try {
      fill(element, new PublishForm(await api.get('/api/v1/catalogue')).element);
    } catch (problem) {
      fill(element, failure(problem, load));
    }
  }
  return { element, start: load };
}

class PublishForm {
  #catalogue;
  #fields = new Map();
  #tried = false;
  #audiences = h('ul', { class: 'stack' });
  #about = h('p', { class: 'muted' });
  #preview = h('pre', { class: 'notice', tabindex: '0', 'aria-label': t('publish.preview') });
  #answer = h('div', { role: 'status' });
  #send = button(t('publish.send'), null, { kind: 'primary', type: 'submit' });

  constructor(catalogue) {
    this.#catalogue = catalogue;
    const types = h('datalist', { id: 'publish-types' }, catalogue.events.map(({ type }) => h('option', { value: type })));
    const type = h('input', { list: 'publish-types', autocomplete: 'off', spellcheck: 'false', required: true, value: catalogue.events[0]?.type ?? '' });
    this.#add('type', t('common.type'), type);
    for (const member of formMembers(catalogue)) {
      this.#add(member.name, member.name, controlOf(member), hintOf(member));
    }
    this.#add('id', 'id', h('input', { autocomplete: 'off', spellcheck: 'false' }), t('publish.idHint'));
    this.#add('more', t('publish.more'), h('textarea', { rows: '3', spellcheck: 'false' }), t('publish.moreHint', { max: catalogue.max_unknown_members }));
    const elements = [...this.#fields.values()].map((asked) => asked.element);
    this.element = h(
      'form',
      { class: 'grid-2', novalidate: true, on: { submit: (event) => this.#submit(event), input: () => this.#check() } },
      panel(t('publish.title'), types, this.#about, h('div', { class: 'form-grid' }, elements), h('div', { class: 'row' }, this.#send), this.#answer),
      panel(t('publish.whoGets'), h('p', { class: 'lead', text: t('publish.whoGetsLead') }), this.#audiences, h('h3', { text: t('publish.preview') }), this.#preview),
    );
    this.#check();
  }

  #add(name, label, control, hint = '') {
    this.#fields.set(name, field(label, control, hint));
  }

  #typed() {
    return Object.fromEntries([...this.#fields].map(([name, { control }]) => [name, control.value.trim()]));
  }

  #check() {
    const { event, problems } = buildEvent(this.#catalogue, this.#typed());
    for (const [name, asked] of this.#fields) {
      const problem = problems[name];
      // while a form is being filled in for the first time, what is still empty is not a mistake
      const early = !this.#tried && problem?.key === 'common.missing';
      asked.say(problem && !early ? t(problem.key, problem.values) : '');
    }
    write(this.#preview, JSON.stringify(event, null, 2));
    this.#showAudiences(event);
    return { event, problems };
  }

  #showAudiences(event) {
    const entry = entryOf(this.#catalogue, event.type);
    write(
      this.#about,
      entry
        ? [t(entry.durable ? 'flight.durable' : 'flight.ephemeral'), entry.ack ? t('publish.wantsAck') : null, word('publish.slow.', entry.slow)]
            .filter(Boolean)
            .join(' · ')
        : t('publish.unknownType'),
    );
    const found = audiencesOf(this.#catalogue, event);
    fill(
      this.#audiences,
      found.length === 0
        ? h('li', { class: 'muted', text: t('publish.nobody') })
        : found.map(({ audience, topic, key, lacking }) =>
            h(
              'li',
              { class: 'row' },
              badge(topic ? 'ok' : 'unknown', audience),
              topic ? `${topic}${key.length > 0 ? ` (${key.join(', ')})` : ''}` : t('publish.lacking', { names: lacking.join(', ') }),
            ),
          ),
    );
  }

  async #submit(submitted) {
    submitted.preventDefault();
    this.#tried = true;
    fill(this.#answer); // of the event before
    const { event, problems } = this.#check();
    const wrong = [...this.#fields].find(([name]) => problems[name]);
    if (wrong) {
      wrong[1].control.focus();
      return;
    }
    this.#send.disabled = true;
    try {
      const { ids } = await api.post('/api/v1/publish', event);
      this.#onAccepted(event, ids[0]);
    } catch (problem) {
      this.#onRefused(problem);
    }
    this.#send.disabled = false;
  }

  #onAccepted(event, id) {
    fill(
      this.#answer,
      h('p', { class: 'row' }, badge('ok', t('publish.accepted')), h('span', { class: 'mono', text: id }), button(t('publish.follow'), () => openFlight(String(event.tenant_id), id), { kind: 'small' })),
    );
    announce(t('publish.accepted'));
  }

  #onRefused(problem) {
    for (const error of problem.body?.errors ?? []) {
      this.#fields.get(error.field)?.say(`${error.found ?? ''} (${t('common.expected')}: ${error.expected ?? ''})`);
    }
    fill(this.#answer, failure(problem));
  }
}

function controlOf(member) {
  const common = { autocomplete: 'off', spellcheck: 'false', required: Boolean(member.required) };
  switch (member.kind) {
    case 'integer':
      return h('input', { ...common, inputmode: 'numeric' });
    case 'object':
    case 'any':
      return h('textarea', { ...common, rows: '3' });
    default:
      return h('input', common);
  }
}

function hintOf(member) {
  return [
    word('publish.kind.', member.kind),
    typeof member.min === 'number' ? `≥ ${member.min}` : null,
    member.required ? t('publish.required') : null,
    member.routing ? t('publish.routing') : null,
  ]
    .filter(Boolean)
    .join(' · ');
}
