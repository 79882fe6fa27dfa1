import { h, write } from './dom.js';

/**
 * A table whose rows are kept by key: showing new figures writes the texts that have changed and moves only rows whose
 * place has changed, so that focus and selection stay where they are.
 */
export class KeyedTable {
  #columns;
  #key;
  #rows = new Map();
  #body;
  #empty;
  #frame;

  /**
   * @param {object} options
   * @param {string} options.label what the table holds
   * @param {{head: string, text?: (item) => any, node?: (item) => Node, update?: (node, item) => void, number?: boolean,
   *     rowHead?: boolean, wide?: boolean}[]} options.columns `node` is made once a row
   * @param {(item) => string} options.key
   * @param {string} options.empty what to say when there is nothing
   */
  constructor({ label, columns, key, empty }) {
    this.#columns = columns;
    this.#key = key;
    this.#body = h('tbody');
    this.#empty = h('p', { class: 'empty', text: empty });
    this.#frame = h(
      'div',
      { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label },
      h(
        'table',
        {},
        h('caption', { class: 'visually-hidden', text: label }),
        h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: classOf(column), text: column.head })))),
        this.#body,
      ),
    );
    this.element = h('div', { class: 'table' }, this.#frame, this.#empty);
    this.#frame.hidden = true;
  }

  show(items) {
    this.#removeOthers(new Set(items.map(this.#key)));
    let place = this.#body.firstChild;
    for (const item of items) {
      const key = this.#key(item);
      const row = this.#rows.get(key) ?? this.#add(key, item);
      this.#columns.forEach((column, index) => update(column, row.cells[index], item));
      if (row === place) {
        place = place.nextSibling;
      } else {
        this.#body.insertBefore(row, place);
      }
    }
    this.#frame.hidden = items.length === 0;
    this.#empty.hidden = items.length > 0;
  }

  /** First, so that the rows that stay are not moved: moving a row takes the focus from it. */
  #removeOthers(kept) {
    for (const [key, row] of this.#rows) {
      if (!kept.has(key)) {
        row.remove();
        this.#rows.delete(key);
      }
    }
  }

  #add(key, item) {
    const row = h(
      'tr',
      {},
      this.#columns.map((column) =>
        h(column.rowHead ? 'th' : 'td', { scope: column.rowHead ? 'row' : null, class: classOf(column) }, column.node?.(item)),
      ),
    );
    this.#rows.set(key, row);
    return row;
  }
}

function classOf(column) {
  return [column.number && 'number', column.wide && 'wide'].filter(Boolean).join(' ') || null;
}

function update(column, cell, item) {
  if (column.update) {
    column.update(cell.firstChild, item);
  } else if (column.text) {
    write(cell, column.text(item));
  }
}
