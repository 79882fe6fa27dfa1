import { announce } from './lib/announce.js';
import { api } from './lib/api.js';
import { fill, h } from './lib/dom.js';
import { useLocale } from './lib/format.js';
import { currentLanguage, t, useLanguage } from './lib/i18n.js';
import { failure, loading } from './lib/parts.js';
import { remember, remembered } from './lib/prefs.js';
import { Store } from './lib/store.js';
import { Shell } from './shell.js';
import { loginView } from './views/login.js';

/** The page as a whole: who is there, in which language, and which of login and shell is shown. */
class App {
  #root = document.getElementById('app');
  #store = null;
  #shell = null;
  #who = null;

  async start() {
    this.#speak(remembered('language') ?? (navigator.language ?? '').slice(0, 2));
    addEventListener('atalaya:unauthorized', () => this.#onUnauthorized());
    fill(this.#root, loading());
    await this.#enter();
  }

  async #enter() {
    try {
      this.#who = await api.get('/api/v1/whoami');
    } catch (problem) {
      fill(this.#root, h('main', { class: 'main' }, failure(problem, () => this.#enter())));
      return;
    }
    if (this.#who.authenticated) {
      this.#showShell();
    } else {
      this.#showLogin();
    }
  }

  #showShell() {
    if (!this.#store) {
      this.#store = new Store();
      this.#store.open();
    }
    this.#shell?.close();
    this.#shell = new Shell({
      store: this.#store,
      who: this.#who,
      onLanguage: (language) => this.#changeLanguage(language, () => this.#showShell()),
      onLogout: () => this.#logout(),
    });
    fill(this.#root, this.#shell.element);
    this.#shell.start();
  }

  #showLogin() {
    this.#leave();
    const view = loginView({
      onLanguage: (language) => this.#changeLanguage(language, () => this.#showLogin()),
      onIn: (who) => {
        this.#who = who;
        this.#showShell();
      },
    });
    document.title = `${t('login.title')} · Atalaya`;
    fill(this.#root, view);
  }

  #onUnauthorized() {
    if (this.#store) {
      this.#showLogin();
      announce(t('login.ended'));
    }
  }

  async #logout() {
    try {
      await api.post('/api/v1/logout');
    } catch {
      // the login is over either way once the page forgets it
    }
    await this.#enter();
  }

  #leave() {
    this.#shell?.close();
    this.#store?.close();
    this.#shell = null;
    this.#store = null;
  }

  #changeLanguage(language, show) {
    remember('language', language);
    this.#speak(language);
    show();
  }

  #speak(language) {
    useLanguage(language);
    useLocale(currentLanguage());
    document.documentElement.lang = currentLanguage();
  }
}

new App().start();
