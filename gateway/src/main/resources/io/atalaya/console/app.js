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
  /** The language of a shell that waits, out of sight, for its operator to log in again; null while none does. */
  #waitsIn = null;

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
    if (this.#waitsIn !== null) {
      this.#resume();
      return;
    }
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
    if (this.#waitsIn === null) {
      this.#leave();
    }
    const view = loginView({
      ended: this.#waitsIn !== null,
      onLanguage: (language) => this.#changeLanguage(language, () => this.#showLogin()),
      onIn: (who) => {
        this.#who = who;
        this.#showShell();
      },
    });
    document.title = `${t('login.title')} · Atalaya`;
    fill(this.#root, view);
  }

  /** A login ends while somebody is at work: what they had typed and found is there again when they are back. */
  #onUnauthorized() {
    if (this.#store && this.#waitsIn === null) {
      this.#waitsIn = currentLanguage();
      this.#store.close();
      api.rest();
      document.querySelectorAll('dialog').forEach((open) => open.close());
      this.#showLogin();
      announce(t('login.ended'));
    }
  }

  #resume() {
    const language = this.#waitsIn;
    this.#waitsIn = null;
    api.goOn();
    this.#store.open();
    if (language === currentLanguage()) {
      fill(this.#root, this.#shell.element);
      this.#shell.name();
    } else {
      this.#showShell();
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
    this.#waitsIn = null;
    api.goOn();
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
