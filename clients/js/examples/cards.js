/** Lists of cards by key, bounded: the oldest go when there are too many. */
export class Cards {
  #list;
  #bound;
  #cards = new Map();

  /** @param {HTMLElement} list */
  constructor(list, bound = 60) {
    this.#list = list;
    this.#bound = bound;
  }

  get size() {
    return this.#cards.size;
  }

  has(key) {
    return this.#cards.has(key);
  }

  /** Shows a card, in the place of one with the same key. Every text is set as a text. */
  show(key, { place, text, when, kind = '', action = null }) {
    const card = document.createElement('li');
    card.className = 'card';
    card.dataset.kind = kind;
    card.append(line('place', place), line('what', text), line('when', timeOf(when)));
    if (action) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'plain';
      button.textContent = action.text;
      button.setAttribute('aria-label', `${action.text}: ${place}, ${text}`);
      button.addEventListener('click', action.run);
      card.append(button);
    }
    const before = this.#cards.get(key);
    if (before) {
      before.replaceWith(card);
    } else {
      this.#list.append(card);
    }
    this.#cards.set(key, card);
    if (this.#cards.size > this.#bound) {
      this.remove(this.#cards.keys().next().value);
    }
  }

  remove(key) {
    this.#cards.get(key)?.remove();
    return this.#cards.delete(key);
  }

  clear() {
    this.#cards.clear();
    this.#list.replaceChildren();
  }
}

function line(name, text) {
  const element = document.createElement('p');
  element.className = name;
  element.textContent = text;
  return element;
}

const clock = new Intl.DateTimeFormat(navigator.language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

function timeOf(ts) {
  const time = new Date(ts);
  return Number.isNaN(time.getTime()) ? '' : clock.format(time);
}
