import { api } from '../lib/api.js';
import { fill, h, write } from '../lib/dom.js';
import { painter } from '../lib/frame.js';
import { clock, count, percent, preciseClock } from '../lib/format.js';
import { t, word } from '../lib/i18n.js';
import { badge, button, failure, loading, panel, showBadge, viewHead } from '../lib/parts.js';
import { KeyedTable } from '../lib/table.js';

/** States that somebody has to know of, and states that are still open. */
const TONES = {
  dropped: 'broken',
  dead_lettered: 'broken',
  expired: 'attention',
  quarantined: 'attention',
  refused: 'attention',
  in_flight: 'quiet',
  pending: 'quiet',
  awaiting: 'quiet',
  backlog: 'quiet',
};

/** Where every event and every delivery went, as sums that have to come out even. */
export function booksView({ store }) {
  return new BooksView(store);
}

class BooksView {
  #store;
  #stop = () => {};
  #books = new Map();
  #list = h('div', { class: 'grid-2 live-value' });
  #at = h('p', { class: 'muted' });
  #reasons = reasonTable();
  #types = givenUpTable();
  #sources = h('p', { class: 'muted' });
  #quarantine = h('div', {}, loading());

  constructor(store) {
    this.#store = store;
    this.element = h(
      'div',
      { class: 'view' },
      viewHead(t('nav.books'), t('books.lead'), this.#at),
      this.#list,
      h(
        'div',
        { class: 'grid-2' },
        panel(t('books.reasons'), this.#reasons.element),
        panel(t('books.types'), this.#types.element, this.#sources),
      ),
      panel(
        t('books.quarantine'),
        h('p', { class: 'lead', text: t('books.quarantineLead') }),
        this.#quarantine,
      ),
    );
  }

  start() {
    fill(this.#list, loading());
    this.#stop = this.#store.books.follow((books) => painter.later('books', () => this.#draw(books)));
    this.#loadQuarantine();
  }

  close() {
    this.#stop();
    painter.forget('books');
  }

  #draw(books) {
    if (this.#books.size === 0) {
      fill(this.#list);
    }
    write(this.#at, t('books.at', { time: clock(books.at) }));
    for (const sum of books.sums) {
      if (!this.#books.has(sum.name)) {
        const book = new Book(sum.name);
        this.#books.set(sum.name, book);
        this.#list.append(book.element);
      }
      this.#books.get(sum.name).show(sum);
    }
    this.#reasons.show(reasons(books));
    this.#types.show(givenUp(books));
    const sources = Object.entries(books.sources ?? {}).map(([name, sum]) => `${word('source.', name)} ${count(sum)}`);
    write(this.#sources, sources.length > 0 ? `${t('books.sources')}: ${sources.join(' · ')}` : '');
  }

  async #loadQuarantine() {
    try {
      const { entries } = await api.get('/api/v1/quarantine');
      fill(this.#quarantine, quarantineTable(entries), button(t('common.refresh'), () => this.#loadQuarantine(), { kind: 'small' }));
    } catch (problem) {
      fill(this.#quarantine, failure(problem, () => this.#loadQuarantine()));
    }
  }
}

/** One sum: what came in on the left, everything that it may have become on the right. */
class Book {
  #badge = badge('unknown', '…');
  #equation = h('div', { class: 'equation' });
  #bar = h('div', { class: 'parts-bar', 'aria-hidden': 'true' });
  #shape = '';
  #figures = [];

  constructor(name) {
    this.element = panel(
      word('book.', name),
      h('p', { class: 'lead', text: word('book.lead.', name) }),
      this.#equation,
      this.#bar,
      h('div', {}, this.#badge),
    );
    this.element.classList.add('book');
    this.element.dataset.book = name;
  }

  show(sum) {
    if (!sum.left || !sum.right) {
      showBadge(this.#badge, 'unknown', t('books.unknown'));
      return;
    }
    const terms = [...Object.entries(sum.left), ...Object.entries(sum.right)];
    const shape = terms.map(([name]) => name).join();
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(Object.keys(sum.left), Object.keys(sum.right));
    }
    terms.forEach(([, value], index) => write(this.#figures[index], count(value)));
    this.#drawBar(sum.right);
    showBadge(
      this.#badge,
      sum.balanced ? 'ok' : 'broken',
      sum.balanced ? t('books.balanced') : t('books.difference', { difference: count(sum.difference) }),
    );
  }

  #build(left, right) {
    const term = (name, css) => {
      const figure = h('span', { class: 'sum', text: '–' });
      this.#figures.push(figure);
      return h('span', { class: `term ${css}` }, h('span', { class: 'name', text: word('state.', name) }), figure);
    };
    this.#figures = [];
    const joined = (names, css) =>
      names.flatMap((name, index) => [index > 0 ? h('span', { class: 'sign', text: '+' }) : null, term(name, css)]);
    fill(this.#equation, joined(left, 'left'), h('span', { class: 'sign', text: '=' }), joined(right, 'right'));
    fill(
      this.#bar,
      right.map((name) => h('span', { data: { tone: TONES[name] ?? 'done' } })),
    );
  }

  #drawBar(right) {
    const values = Object.values(right);
    const whole = values.reduce((sum, value) => sum + value, 0);
    [...this.#bar.children].forEach((part, index) => {
      part.hidden = values[index] === 0;
      part.style.flexGrow = whole > 0 ? String(values[index] / whole) : '0';
      part.title = `${word('state.', Object.keys(right)[index])} ${percent(whole > 0 ? values[index] / whole : 0)}`;
    });
  }
}

/** Every reason for which something was refused or lost, the most frequent first. */
function reasons(books) {
  const found = [];
  const add = (book, state, counts) =>
    Object.entries(counts ?? {}).forEach(([reason, sum]) => sum > 0 && found.push({ book, state, reason, sum }));
  add('intake', 'refused', books.intake?.refused);
  add('intake', 'quarantined', books.intake?.quarantined);
  add('intake', 'dropped', books.intake?.dropped);
  add('deliveries', 'dropped', books.deliveries?.dropped);
  add('archive', 'purged', books.archive?.purged);
  add('router', 'router', books.drops?.router);
  add('redis_queue', 'dropped', books.drops?.redis_queue);
  if (books.drops?.log_lines > 0) {
    found.push({ book: 'log_lines', state: 'dropped', reason: 'overflow', sum: books.drops.log_lines });
  }
  if (books.drops?.log_lines_left_out > 0) {
    found.push({ book: 'log_lines', state: 'left_out', reason: 'repeated', sum: books.drops.log_lines_left_out });
  }
  return found.sort((a, b) => b.sum - a.sum);
}

function reasonTable() {
  return new KeyedTable({
    label: t('books.reasons'),
    key: ({ book, state, reason }) => `${book}/${state}/${reason}`,
    empty: t('books.noReasons'),
    columns: [
      { head: t('books.reason'), text: ({ reason }) => word('reason.', reason), rowHead: true },
      { head: t('books.state'), text: ({ state }) => word('state.', state) },
      { head: t('books.book'), text: ({ book }) => word('book.', book) },
      { head: t('common.count'), text: ({ sum }) => count(sum), number: true },
    ],
  });
}

function givenUp(books) {
  return Object.entries(books.drops?.given_up_by_type ?? {}).map(([type, counts]) => ({ type, ...counts }));
}

function givenUpTable() {
  return new KeyedTable({
    label: t('books.types'),
    key: ({ type }) => type,
    empty: t('books.noTypes'),
    columns: [
      { head: t('common.type'), text: ({ type }) => type, rowHead: true },
      { head: t('state.conflated'), text: ({ conflated }) => count(conflated ?? 0), number: true },
      { head: t('state.dropped'), text: ({ dropped }) => count(dropped ?? 0), number: true },
    ],
  });
}

function quarantineTable(entries) {
  const table = new KeyedTable({
    label: t('books.quarantine'),
    key: (entry) => entry.place,
    empty: t('books.quarantineEmpty'),
    columns: [
      { head: t('common.time'), text: ({ ts }) => preciseClock(ts) },
      { head: t('common.source'), text: ({ source }) => source, wide: true },
      { head: t('books.reason'), text: ({ reason }) => word('reason.', reason) },
      { head: t('books.problems'), text: ({ problems }) => problemsOf(problems), wide: true },
      { head: t('books.excerpt'), text: ({ excerpt }) => excerpt, wide: true },
    ],
  });
  table.show(entries.slice(0, 100).map((entry, place) => ({ ...entry, place: String(place) })));
  return table.element;
}

function problemsOf(problems) {
  const list = Array.isArray(problems) ? problems : [problems];
  return list
    .map((problem) => (typeof problem === 'string' ? problem : `${problem.field ?? ''} ${problem.found ?? ''} (${problem.expected ?? ''})`))
    .join(' · ');
}
