import en from '../i18n/en.js';
import es from '../i18n/es.js';

const LANGUAGES = { en, es };

let language = 'en';
let plural = new Intl.PluralRules('en');

export function languages() {
  return Object.keys(LANGUAGES);
}

export function currentLanguage() {
  return language;
}

export function useLanguage(wanted) {
  language = LANGUAGES[wanted] ? wanted : 'en';
  plural = new Intl.PluralRules(language);
}

/**
 * The text of a key. `{name}` is replaced by the value of that name; a text that depends on a number has forms
 * (`one`, `other`) and goes by `count`.
 */
export function t(key, values = {}) {
  const text = LANGUAGES[language][key];
  if (text === undefined) {
    return key;
  }
  const form = typeof text === 'string' ? text : (text[plural.select(values.count)] ?? text.other);
  return form.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The title of something that an operator has named, in this language where it has one: `{title, titles}`. */
export function titleOf({ title, titles }) {
  return titles?.[language] ?? title;
}

/** The text for a word of the gateway's (`state.` + `burning`); a word that nobody translated is shown as it is. */
export function word(prefix, value) {
  const text = LANGUAGES[language][prefix + value];
  return typeof text === 'string' ? text : String(value ?? '').replaceAll('_', ' ');
}
