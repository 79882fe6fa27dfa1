import { fill, freshId, h } from './dom.js';

/**
 * Tabs whose place is in the address. Arrow keys move between them (ARIA authoring practices, manual of tabs), each panel
 * is made when it is shown and closed when it is left.
 */
export class Tabs {
  #tabs;
  #buttons;
  #panel;
  #shown = null;
  #open = null;

  /**
   * @param {string} label
   * @param {{name: string, text: string, make: () => {element: Node, start?: () => void, close?: () => void}}[]} tabs
   * @param {(name: string) => void} onChoose
   */
  constructor(label, tabs, onChoose) {
    this.#tabs = tabs;
    const id = freshId('tabs');
    this.#panel = h('div', { role: 'tabpanel', id, tabindex: '0', class: 'view' });
    this.#buttons = tabs.map(({ name, text }) =>
      h('button', {
        type: 'button',
        role: 'tab',
        id: `${id}-${name}`,
        'aria-controls': id,
        text,
        on: { click: () => onChoose(name), keydown: (event) => this.#onKey(event, onChoose) },
      }),
    );
    this.element = h('div', { class: 'view' }, h('div', { class: 'tabs', role: 'tablist', 'aria-label': label }, this.#buttons), this.#panel);
  }

  show(name) {
    const index = Math.max(0, this.#tabs.findIndex((tab) => tab.name === name));
    if (index === this.#shown) {
      return;
    }
    this.#open?.close?.();
    this.#shown = index;
    this.#buttons.forEach((button, at) => {
      button.setAttribute('aria-selected', String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    this.#panel.setAttribute('aria-labelledby', this.#buttons[index].id);
    this.#open = this.#tabs[index].make();
    fill(this.#panel, this.#open.element);
    this.#open.start?.();
  }

  close() {
    this.#open?.close?.();
    this.#open = null;
  }

  #onKey(event, onChoose) {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const last = this.#tabs.length - 1;
    const at = this.#buttons.indexOf(event.currentTarget); // what is shown follows a moment later
    let next;
    if (event.key in steps) {
      next = (at + steps[event.key] + this.#tabs.length) % this.#tabs.length;
    } else if (event.key === 'Home' || event.key === 'End') {
      next = event.key === 'Home' ? 0 : last;
    } else {
      return;
    }
    event.preventDefault();
    this.#buttons[next].focus();
    onChoose(this.#tabs[next].name);
  }
}
