import { fill, freshId, h, mark, write } from './dom.js';
import { icon } from './icons.js';
import { t } from './i18n.js';

/**
 * A state in a word, with a shape and a colour: never by colour alone.
 *
 * @param {'ok' | 'attention' | 'broken' | 'unknown'} tone
 */
export function badge(tone, text) {
  return showBadge(h('span', { class: 'badge' }), tone, text);
}

/** Changes a badge in place. */
export function showBadge(element, tone, text) {
  if (element.dataset.tone !== tone || element.dataset.text !== text) {
    element.dataset.tone = tone;
    element.dataset.text = text;
    fill(element, icon(tone), h('span', { text }));
  }
  return element;
}

/** A view's heading, with what may stand beside it. */
export function viewHead(title, lead, ...tools) {
  return h(
    'header',
    { class: 'view-head' },
    h('div', {}, h('h1', { text: title, tabindex: '-1' }), lead ? h('p', { class: 'lead', text: lead }) : null),
    tools.length > 0 ? h('div', { class: 'tools' }, tools) : null,
  );
}

/** A panel with a heading. */
export function panel(title, ...children) {
  const id = freshId('panel');
  return h('section', { class: 'panel', 'aria-labelledby': id }, h('h2', { id, text: title }), children);
}

/** A figure that is looked at from across the room. */
export class Tile {
  #value = h('span', { class: 'tile-value', text: '–' });
  #unit;
  #note = h('span', { class: 'tile-note' });

  constructor(label, unit = '') {
    this.#unit = h('span', { class: 'tile-unit', text: unit });
    this.element = h(
      'div',
      { class: 'tile' },
      h('dt', { text: label }),
      h('dd', {}, h('span', { class: 'tile-figure' }, this.#value, this.#unit), this.#note),
    );
  }

  show(value, note = '', tone = '') {
    write(this.#value, value);
    write(this.#note, note);
    mark(this.element, 'data-tone', tone || null);
  }
}

/** One of a few choices, by radio buttons that look like one control; arrow keys move between them. */
export function choice(label, options, chosen, onChoose) {
  const name = freshId('choice');
  return h(
    'fieldset',
    { class: 'choice' },
    h('legend', { class: 'visually-hidden', text: label }),
    options.map(([value, text]) =>
      h(
        'label',
        {},
        h('input', { type: 'radio', name, value, prop: { checked: value === chosen }, on: { change: () => onChoose(value) } }),
        h('span', { text }),
      ),
    ),
  );
}

/** A labelled control of a form; `problem` is where the form says what is wrong with it. */
export function field(label, control, hint = '') {
  const id = control.id || freshId('field');
  control.id = id;
  const problem = h('p', { class: 'problem', id: `${id}-problem`, hidden: true });
  const note = hint ? h('p', { class: 'hint', id: `${id}-hint`, text: hint }) : null;
  control.setAttribute('aria-describedby', [note && note.id, problem.id].filter(Boolean).join(' '));
  const element = h('div', { class: 'field' }, h('label', { for: id, text: label }), control, note, problem);
  return {
    element,
    control,
    say(text) {
      problem.hidden = !text;
      write(problem, text);
      mark(control, 'aria-invalid', text ? 'true' : null);
    },
  };
}

export function button(text, onClick, { kind = '', iconName = '', label = '', type = 'button' } = {}) {
  return h(
    'button',
    { type, class: `button ${kind}`.trim(), 'aria-label': label || null, on: onClick ? { click: onClick } : {} },
    iconName ? icon(iconName) : null,
    h('span', { text }),
  );
}

export function select(options, chosen, onChange) {
  return h(
    'select',
    { on: onChange ? { change: (event) => onChange(event.target.value) } : {} },
    options.map(([value, text]) => h('option', { value, text, prop: { selected: value === chosen } })),
  );
}

/** What is shown while an answer is awaited; nothing flashes when it comes at once. */
export function loading() {
  return h('p', { class: 'loading', text: t('common.loading') });
}

/** An answer that did not come, and a way to ask again. */
export function failure(problem, retry) {
  return h(
    'div',
    { class: 'failure', role: 'alert' },
    icon('broken'),
    h('div', {}, h('p', {}, h('strong', { text: t('common.failed') })), h('p', { text: problem.message })),
    retry ? button(t('common.retry'), retry) : null,
  );
}

/** Names and values, one below the other. */
export function facts(pairs) {
  return h(
    'dl',
    { class: 'facts' },
    pairs.map(([name, value]) => h('div', {}, h('dt', { text: name }), h('dd', {}, value instanceof Node ? value : String(value ?? '–')))),
  );
}
