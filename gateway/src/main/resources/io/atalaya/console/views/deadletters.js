import { announce } from '../lib/announce.js';
import { api } from '../lib/api.js';
import { confirmed, sheet } from '../lib/dialog.js';
import { fill, h } from '../lib/dom.js';
import { count, moment } from '../lib/format.js';
import { t } from '../lib/i18n.js';
import { button, facts, failure, loading, select } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';

const PAGE = 100;
const PATH = '/api/v1/dead-letters';

/** Events that the archive refused; they were delivered all the same. */
export function deadLettersTab() {
  return new DeadLetters();
}

class DeadLetters {
  #code = '';
  #body = h('div', { class: 'view' }, loading());

  constructor() {
    this.element = h('section', { class: 'panel', 'aria-label': t('events.deadLetters') }, h('p', { class: 'muted', text: t('dead.lead') }), this.#body);
  }

  start() {
    this.#load();
  }

  async #load() {
    try {
      this.#show(await api.get(PATH, { code: this.#code, limit: PAGE }));
    } catch (problem) {
      fill(this.#body, problem.status === 404 ? h('p', { class: 'empty', text: t('dead.noArchive') }) : failure(problem, () => this.#load()));
    }
  }

  #show(page) {
    const codes = Object.entries(page.by_code ?? {}).map(([code, sum]) => [code, `${code} (${count(sum)})`]);
    const table = this.#table();
    table.show(page.dead_letters);
    fill(
      this.#body,
      h(
        'div',
        { class: 'row spread' },
        h('p', {}, t('dead.total', { count: page.total, total: count(page.total) }), page.oldest ? ` · ${t('dead.oldest', { time: moment(page.oldest) })}` : ''),
        h(
          'div',
          { class: 'row' },
          codes.length > 0 ? h('label', { class: 'row' }, t('dead.code'), this.#codes(codes)) : null,
          page.total > 0 ? button(t('dead.redriveAll'), () => this.#redriveAll()) : null,
          button(t('common.refresh'), () => this.#load()),
        ),
      ),
      table.element,
      page.next ? h('p', { class: 'muted', text: t('dead.first', { shown: count(page.dead_letters.length) }) }) : null,
    );
  }

  #codes(codes) {
    return select([['', t('common.all')], ...codes], this.#code, (code) => {
      this.#code = code;
      this.#load();
    });
  }

  #table() {
    return new KeyedTable({
      label: t('events.deadLetters'),
      key: ({ id }) => id,
      empty: t('dead.none'),
      columns: [
        { head: t('common.id'), node: (letter) => h('button', { type: 'button', class: 'link mono', text: letter.event_id, on: { click: () => openLetter(letter.id) } }), rowHead: true },
        { head: t('common.type'), text: ({ type }) => type },
        { head: t('common.tenant'), text: ({ tenant }) => tenant },
        { head: t('dead.code'), text: ({ code }) => code },
        { head: t('books.reason'), text: ({ reason }) => reason, wide: true },
        { head: t('dead.attempts'), text: ({ attempts }) => count(attempts), number: true },
        { head: t('dead.arrived'), text: ({ arrived }) => moment(arrived) },
        {
          head: t('common.actions'),
          node: (letter) =>
            h(
              'div',
              { class: 'row' },
              button(t('dead.redrive'), () => this.#redrive(letter), { kind: 'small', label: t('dead.redriveOne', { id: letter.event_id }) }),
              button(t('dead.discard'), () => this.#discard(letter), { kind: 'small danger', label: t('dead.discardOne', { id: letter.event_id }) }),
            ),
        },
      ],
    });
  }

  async #redrive({ id, event_id: event }) {
    await this.#act(async () => {
      await api.post(`${PATH}/${encodeURIComponent(id)}/redrive`);
      return t('dead.archived', { id: event });
    });
  }

  async #redriveAll() {
    await this.#act(async () => {
      let archived = 0;
      let refused = 0;
      let after;
      do {
        const page = await api.post(`${PATH}/redrive`, { ...(this.#code && { code: this.#code }), ...(after && { after }) });
        archived += page.archived;
        refused += page.still_rejected;
        after = page.next;
      } while (after);
      return t('dead.redriven', { archived: count(archived), refused: count(refused) });
    });
  }

  async #discard({ id, event_id: event }) {
    if (await confirmed(t('dead.discard'), t('dead.discardAsk', { id: event }), t('dead.discard'))) {
      await this.#act(async () => {
        await api.remove(`${PATH}/${encodeURIComponent(id)}`);
        return t('dead.discarded', { id: event });
      });
    }
  }

  async #act(action) {
    try {
      announce(await action());
    } catch (problem) {
      announce(problem.message);
    }
    await this.#load();
  }
}

async function openLetter(id) {
  const body = h('div', {}, loading());
  sheet(t('dead.one'), body);
  try {
    const letter = await api.get(`${PATH}/${encodeURIComponent(id)}`);
    fill(
      body,
      facts([
        [t('common.id'), letter.event_id],
        [t('common.type'), letter.type],
        [t('common.tenant'), letter.tenant],
        [t('dead.code'), letter.code],
        [t('books.reason'), letter.reason],
        [t('dead.attempts'), count(letter.attempts)],
        [t('dead.arrived'), moment(letter.arrived)],
        [t('dead.buried'), moment(letter.buried)],
      ]),
      h('pre', { class: 'notice', tabindex: '0', 'aria-label': t('flight.content'), text: letter.body }),
    );
  } catch (problem) {
    fill(body, failure(problem));
  }
}
