import { api } from '../lib/api.js';
import { fill, h } from '../lib/dom.js';
import { moment } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { button, failure, field, loading } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';
import { openFlight } from './flight.js';

const PAGE = 50;
const MOST = 500;

/** Stored events, and the flight of one whose id is known. */
export function findTab() {
  return new Find();
}

class Find {
  #tenant = h('input', { autocomplete: 'off', spellcheck: 'false' });
  #id = h('input', { autocomplete: 'off', spellcheck: 'false' });
  #wanted = { tenant: field(t('common.tenant'), this.#tenant), id: field(t('common.id'), this.#id) };
  #filters = {
    type: h('input', { autocomplete: 'off', spellcheck: 'false' }),
    tenant: h('input', { autocomplete: 'off', spellcheck: 'false' }),
    from: h('input', { type: 'datetime-local', step: '1' }),
    to: h('input', { type: 'datetime-local', step: '1' }),
  };
  #answer = h('div');
  #found = [];

  constructor() {
    this.element = h(
      'div',
      { class: 'view' },
      h(
        'form',
        { class: 'panel', novalidate: true, on: { submit: (event) => this.#open(event) } },
        h('h2', { text: t('find.one') }),
        h('div', { class: 'filters' }, this.#wanted.tenant.element, this.#wanted.id.element, button(t('find.open'), null, { kind: 'primary', type: 'submit' })),
      ),
      h(
        'form',
        { class: 'panel', on: { submit: (event) => this.#search(event) } },
        h('h2', { text: t('find.stored') }),
        h(
          'div',
          { class: 'filters' },
          Object.entries(this.#filters).map(([name, control]) => field(t(`find.filter.${name}`), control).element),
          button(t('common.search'), null, { kind: 'primary', iconName: 'search', type: 'submit' }),
        ),
        this.#answer,
      ),
    );
  }

  #open(event) {
    event.preventDefault();
    const tenant = this.#tenant.value.trim();
    const id = this.#id.value.trim();
    this.#wanted.tenant.say(tenant ? '' : t('common.missing'));
    this.#wanted.id.say(id ? '' : t('common.missing'));
    if (tenant && id) {
      openFlight(tenant, id);
    }
  }

  async #search(event) {
    event.preventDefault();
    this.#found = [];
    fill(this.#answer, loading());
    await this.#page();
  }

  async #page(cursor = '') {
    const { type, tenant, from, to } = this.#filters;
    const instant = (control) => (control.value ? new Date(control.value).toISOString() : '');
    try {
      const page = await api.get('/api/v1/events', {
        type: type.value.trim(),
        tenant: tenant.value.trim(),
        from: instant(from),
        to: instant(to),
        limit: PAGE,
        cursor,
      });
      this.#found.push(...page.events.map((found, place) => ({ ...found, place: this.#found.length + place })));
      this.#show(page.next);
    } catch (problem) {
      fill(this.#answer, problem.status === 404 ? h('p', { class: 'empty', text: t('find.noArchive') }) : failure(problem, () => this.#page(cursor)));
    }
  }

  #show(next) {
    const table = eventTable();
    table.show(this.#found);
    const more = next && this.#found.length < MOST ? button(t('sessions.more'), () => this.#page(next)) : null;
    fill(this.#answer, table.element, more);
  }
}

function eventTable() {
  return new KeyedTable({
    label: t('find.stored'),
    key: (event) => String(event.place),
    empty: t('find.none'),
    columns: [
      { head: t('common.time'), text: ({ ts }) => moment(ts) },
      { head: t('common.type'), text: ({ type }) => type },
      { head: t('common.tenant'), text: (event) => event.tenant_id ?? event.tenant ?? '' },
      {
        head: t('common.id'),
        node: (event) =>
          h('button', { type: 'button', class: 'link mono', text: event.id, on: { click: () => openFlight(String(event.tenant_id ?? event.tenant), event.id) } }),
        rowHead: true,
      },
    ],
  });
}
