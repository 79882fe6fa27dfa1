import { api } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { icon } from '../lib/icons.js';
import { button, field } from '../lib/parts.js';
import { languageSelect, themeSelect } from '../lib/switches.js';

/**
 * Asks for the management token; `ended` says why it does so again. The page does not keep it: the gateway answers
 * with a cookie that scripts cannot read.
 */
export function loginView({ ended, onIn, onLanguage }) {
  const token = h('input', { type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false' });
  const asked = field(t('login.token'), token, t('login.hint'));
  const enter = button(t('login.enter'), null, { kind: 'primary', type: 'submit' });

  async function submit(event) {
    event.preventDefault();
    if (token.value.trim() === '') {
      asked.say(t('login.missing'));
      token.focus();
      return;
    }
    enter.disabled = true;
    try {
      onIn(await api.post('/api/v1/login', { token: token.value.trim() }));
    } catch (problem) {
      asked.say(problem.status === 401 ? t('login.wrong') : problem.message);
      enter.disabled = false;
      token.select();
      token.focus();
    }
  }

  return h(
    'main',
    { class: 'login' },
    h(
      'form',
      { class: 'panel', novalidate: true, on: { submit } },
      h('p', { class: 'brand' }, icon('tower'), h('span', { text: 'Atalaya' })),
      h('h1', { text: t('login.title') }),
      ended ? h('p', { class: 'notice', role: 'status', text: t('login.endedLead') }) : null,
      asked.element,
      enter,
      h('div', { class: 'login-foot' }, languageSelect(onLanguage), themeSelect()),
    ),
  );
}
