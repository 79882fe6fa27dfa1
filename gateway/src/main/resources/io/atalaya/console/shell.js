import { announce } from './lib/announce.js';
import { fill, h, write } from './lib/dom.js';
import { painter } from './lib/frame.js';
import { clock } from './lib/format.js';
import { t } from './lib/i18n.js';
import { icon } from './lib/icons.js';
import { badge, button, showBadge } from './lib/parts.js';
import { languageSelect, themeSelect } from './lib/switches.js';
import { parseRoute } from './lib/router.js';
import { booksView } from './views/books.js';
import { eventsView } from './views/events.js';
import { healthView } from './views/health.js';
import { kpiView } from './views/kpi.js';
import { liveView } from './views/live.js';
import { sessionsView } from './views/sessions.js';
import { sloView } from './views/slo.js';

/** What can be looked at, in the order of the navigation. */
const VIEWS = {
  live: liveView,
  books: booksView,
  sessions: sessionsView,
  events: eventsView,
  slo: sloView,
  kpi: kpiView,
  health: healthView,
};

/**
 * Everything around the view: navigation, the state of the connection, language and theme. Owns the view that is shown.
 */
export class Shell {
  #store;
  #who;
  #view = null;
  #name = '';
  #links = new Map();
  #dots = new Map();
  #main = h('main', { class: 'main', id: 'main', tabindex: '-1' });
  #stale = h('div', { class: 'stale', hidden: true }, icon('attention'), h('span'));
  #linkBadge = badge('unknown', t('link.connecting'));
  #where = h('span', { class: 'where' });
  #stops = [];
  #onHash = () => this.#route(true);

  constructor({ store, who, onLanguage, onLogout }) {
    this.#store = store;
    this.#who = who;
    this.element = h(
      'div',
      { class: 'shell' },
      h('a', { class: 'skip', href: '#main', text: t('shell.skip'), on: { click: (event) => this.#skip(event) } }),
      this.#side(),
      h('div', { class: 'page' }, this.#bar(onLanguage, onLogout), this.#stale, this.#main, examples('page-foot')),
    );
  }

  start() {
    addEventListener('hashchange', this.#onHash);
    this.#stops = [
      () => removeEventListener('hashchange', this.#onHash),
      this.#store.link.follow((link) => this.#onLink(link)),
      this.#store.hello.follow((hello) => this.#onHello(hello)),
      this.#store.books.follow((books) => this.#onBooks(books)),
      this.#store.slo.follow((slo) => this.#onSlo(slo)),
    ];
    this.#route(false);
  }

  /** Names the page after the view that is shown. */
  name() {
    document.title = `${t(`nav.${this.#name}`)} · Atalaya`;
  }

  close() {
    this.#stops.forEach((stop) => stop());
    this.#stops = [];
    this.#view?.close();
    this.#view = null;
  }

  #side() {
    const items = Object.keys(VIEWS).map((name) => {
      const dot = h('span', { class: 'dot', hidden: true });
      const link = h('a', { href: `#/${name}` }, icon(name), h('span', { text: t(`nav.${name}`) }), dot);
      this.#links.set(name, link);
      this.#dots.set(name, dot);
      return h('li', {}, link);
    });
    return h(
      'div',
      { class: 'side' },
      brand(),
      h('nav', { class: 'nav', 'aria-label': t('nav.label') }, h('ul', {}, items)),
      examples('side-foot'),
    );
  }

  #bar(onLanguage, onLogout) {
    return h(
      'header',
      { class: 'bar' },
      brand(),
      h('div', { class: 'bar-state' }, this.#linkBadge, this.#where),
      h(
        'div',
        { class: 'bar-tools' },
        languageSelect(onLanguage),
        themeSelect(),
        this.#who.via === 'cookie' ? button(t('login.out'), onLogout, { kind: 'small' }) : null,
      ),
    );
  }

  #route(moved) {
    const route = parseRoute(location.hash, Object.keys(VIEWS), 'live');
    if (route.name === this.#name && this.#view?.onRoute) {
      this.#view.onRoute(route);
      return;
    }
    this.#view?.close();
    this.#name = route.name;
    for (const [name, link] of this.#links) {
      if (name === route.name) {
        link.setAttribute('aria-current', 'page');
        link.scrollIntoView?.({ block: 'nearest', inline: 'center' });
      } else {
        link.removeAttribute('aria-current');
      }
    }
    this.name();
    this.#view = VIEWS[route.name]({ store: this.#store, who: this.#who, route });
    fill(this.#main, this.#view.element);
    this.#view.start?.();
    if (moved) {
      scrollTo(0, 0);
      this.#main.querySelector('h1')?.focus({ preventScroll: true });
    }
  }

  #skip(event) {
    event.preventDefault(); // the address says which view is shown
    this.#main.focus();
  }

  #onLink({ state, since }) {
    const lost = state === 'lost';
    const before = !this.#stale.hidden;
    showBadge(this.#linkBadge, lost ? 'attention' : state === 'live' ? 'ok' : 'unknown', t(`link.${state}`));
    this.element.classList.toggle('is-stale', lost);
    this.#stale.hidden = !lost;
    if (lost) {
      write(this.#stale.lastChild, t('link.stale', { time: clock(since) }));
    }
    if (lost !== before) {
      announce(t(lost ? 'link.toldLost' : 'link.toldBack'));
    }
  }

  #onHello(hello) {
    const environment = this.#who.environment ? ` · ${this.#who.environment}` : '';
    write(this.#where, `${hello.profile} · ${hello.version}${environment}`);
  }

  #onBooks(books) {
    const off = books.sums.some((sum) => sum.balanced === false);
    painter.later('dot-books', () => this.#dot('books', off ? 'broken' : '', t('books.unbalanced')));
  }

  #onSlo(slo) {
    const spent = slo.objectives.some((objective) => objective.state === 'spent');
    const burning = slo.objectives.some((objective) => objective.state === 'burning');
    const tone = spent ? 'broken' : burning ? 'attention' : '';
    painter.later('dot-slo', () => this.#dot('slo', tone, t(spent ? 'slo.state.spent' : 'slo.state.burning')));
  }

  #dot(name, tone, text) {
    const dot = this.#dots.get(name);
    if (dot.dataset.tone !== tone) {
      dot.dataset.tone = tone;
      dot.hidden = tone === '';
      fill(dot, tone ? badgeDot(tone, text) : null);
    }
  }
}

function badgeDot(tone, text) {
  const mark = badge(tone, text);
  mark.lastChild.className = 'visually-hidden';
  mark.title = text;
  return mark;
}

function brand() {
  return h('a', { class: 'brand', href: '#/live' }, icon('tower'), h('span', { text: 'Atalaya' }));
}

/** Where there is room, they are at the side; on a phone, where that is a bar of views, below the view. */
function examples(place) {
  return h('div', { class: place }, h('p', { text: t('nav.examples') }), h('p', {}, example('waiter'), ' · ', example('kitchen')));
}

function example(name) {
  return h('a', { href: `/console/examples/${name}.html`, target: '_blank', rel: 'noopener', text: t(`nav.example.${name}`) });
}
