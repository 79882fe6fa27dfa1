import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { viewHead } from '../lib/parts.js';
import { routeHash } from '../lib/router.js';
import { Tabs } from '../lib/tabs.js';
import { deadLettersTab } from './deadletters.js';
import { findTab } from './find.js';
import { publishTab } from './publish.js';
import { tailTab } from './tail.js';

/** Single events: as they come, looked up, published by hand, and those that the archive refused. */
export function eventsView({ store, route }) {
  const context = { store };
  const tabs = new Tabs(
    t('nav.events'),
    [
      { name: 'tail', text: t('events.tail'), make: () => tailTab(context) },
      { name: 'find', text: t('events.find'), make: () => findTab(context) },
      { name: 'publish', text: t('events.publish'), make: () => publishTab(context) },
      { name: 'dead-letters', text: t('events.deadLetters'), make: () => deadLettersTab(context) },
    ],
    (name) => (location.hash = routeHash('events', name)),
  );
  tabs.show(route.part);
  return {
    element: h('div', { class: 'view' }, viewHead(t('nav.events'), t('events.lead')), tabs.element),
    onRoute: (next) => tabs.show(next.part),
    close: () => tabs.close(),
  };
}
