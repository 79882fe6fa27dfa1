import { AtalayaClient } from '../src/index.js';
import { t } from './texts.js';

const USUAL_PORT = 8001;

/**
 * Connects a page of this folder: as one of the people of a demonstration, where the gateway plays one, or with an
 * address and a token. Both can also come in the fragment of the page's address, `#url=…&token=…`, which no server sees.
 *
 * @param {string} role whose page this is: `waiter`, `kitchen`
 * @param {(client: AtalayaClient) => void} prepare puts the handlers in before the client connects
 * @param {() => void} onGap what is shown is incomplete
 */
export async function connect(role, prepare, onGap) {
  const form = document.getElementById('connect');
  const lamp = new Lamp(document.getElementById('lamp'));
  let client = null;

  const start = ({ url, token, parameter }) => {
    client?.close();
    client = new AtalayaClient({
      url,
      token,
      tokenParameter: parameter ?? 'token',
      onCursor: (cursor) => sessionStorage.setItem(placeOf(url, token), cursor),
      cursor: sessionStorage.getItem(placeOf(url, token)) ?? undefined,
    });
    client.onState((change) => lamp.show(change));
    client.onGap((gap) => {
      lamp.say(t('gap', { reason: gap.reason }));
      onGap();
    });
    client.onError((error) => console.error(error));
    prepare(client);
    client.connect();
  };

  lamp.show({ state: 'idle' });
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.get('url') && given.get('token')) {
    form.hidden = true;
    start({ url: given.get('url'), token: given.get('token'), parameter: given.get('parameter') ?? 'token' });
    return;
  }
  const people = await peopleOf(role);
  if (people.length > 0) {
    chooseOne(form, people, start);
  } else {
    askForBoth(form, `ws://${location.hostname || '127.0.0.1'}:${await publicPort()}/ws/${role}`, start);
  }
}

/** The people of a demonstration; nobody where the gateway is a real one, or somebody else serves this page. */
async function peopleOf(role) {
  try {
    const answer = await fetch('/api/v1/demo', { headers: { accept: 'application/json' } });
    const { public_url: address, people } = await answer.json();
    return people
      .filter((person) => person.role === role)
      .map((person) => ({ ...person, url: new URL(person.endpoint, address.replace(/^http/, 'ws')).href }));
  } catch {
    return [];
  }
}

/** Where clients connect, as the gateway tells operators; the usual port where nobody tells. */
async function publicPort() {
  try {
    const answer = await fetch('/api/v1/whoami', { headers: { accept: 'application/json' } });
    const { public_port: port } = await answer.json();
    return port ?? USUAL_PORT;
  } catch {
    return USUAL_PORT;
  }
}

function chooseOne(form, people, start) {
  const select = document.createElement('select');
  people.forEach((person, index) => {
    const option = new Option(`${person.name} · ${person.restaurant}`, String(index));
    select.append(option);
  });
  select.addEventListener('change', () => {
    forgetPage();
    start(people[Number(select.value)]);
  });
  form.replaceChildren(labelled(t('connect.who'), select));
  form.addEventListener('submit', (event) => event.preventDefault());
  start(people[0]);
}

function askForBoth(form, address, start) {
  const url = document.createElement('input');
  url.value = address;
  const token = document.createElement('input');
  token.type = 'password';
  token.autocomplete = 'off';
  const go = document.createElement('button');
  go.textContent = t('connect.go');
  form.replaceChildren(labelled(t('connect.url'), url), labelled(t('connect.token'), token), go);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (url.value && token.value) {
      forgetPage();
      start({ url: url.value, token: token.value });
    }
  });
}

function labelled(text, control) {
  const label = document.createElement('label');
  label.append(text, control);
  return label;
}

/** Another person's cards are not this one's. */
function forgetPage() {
  dispatchEvent(new CustomEvent('example:forget'));
}

/** Where the position is kept: by address and by the end of the token, so that no token is stored. */
function placeOf(url, token) {
  return `atalaya.example.${url}.${token.slice(-12)}`;
}

/** How the connection is, in words. */
class Lamp {
  #element;

  constructor(element) {
    this.#element = element;
  }

  show({ state, retryIn, reason, code }) {
    this.#element.dataset.state = state;
    this.say(t(`lamp.${state}`, { seconds: Math.ceil((retryIn ?? 0) / 1000), reason: reason || code || '' }));
  }

  say(text) {
    this.#element.textContent = text;
  }
}
