import { h } from './dom.js';
import { currentLanguage, t } from './i18n.js';
import { chooseTheme, theme } from './prefs.js';

const NAMES = { en: 'English', es: 'Español' };

/** Chooses the language; each is called what its speakers call it. */
export function languageSelect(onChoose) {
  return h(
    'select',
    { 'aria-label': t('shell.language'), data: { choose: 'language' }, on: { change: (event) => onChoose(event.target.value) } },
    Object.entries(NAMES).map(([value, text]) =>
      h('option', { value, text, lang: value, prop: { selected: value === currentLanguage() } }),
    ),
  );
}

export function themeSelect() {
  const chosen = theme();
  return h(
    'select',
    { 'aria-label': t('shell.theme'), data: { choose: 'theme' }, on: { change: (event) => chooseTheme(event.target.value) } },
    ['auto', 'light', 'dark'].map((value) =>
      h('option', { value, text: t(`shell.theme.${value}`), prop: { selected: value === chosen } }),
    ),
  );
}
