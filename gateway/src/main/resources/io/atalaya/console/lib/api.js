import { t } from './i18n.js';

/** A request that was not answered as wished. */
export class ApiProblem extends Error {
  /**
   * @param {number} status 0 when nothing answered
   * @param {string} detail for people
   * @param {{errors?: object[], moreErrors?: number, code?: string}} body what else the gateway said
   */
  constructor(status, detail, body = {}) {
    super(detail);
    this.status = status;
    this.body = body;
  }
}

/** Between two logins nothing is asked but who is there: every other answer would be the same. */
const OPEN = ['/api/v1/whoami', '/api/v1/login'];

let resting = false;

/** How long an answer is waited for, in milliseconds. */
const PATIENCE = 15_000;

/**
 * Asks the gateway. A 401 also tells the page that a login is needed.
 *
 * @throws {ApiProblem}
 */
async function ask(method, path, body, accepted = []) {
  if (resting && !OPEN.includes(path)) {
    throw new ApiProblem(401, t('login.ended'));
  }
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: headersOf(method),
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    throw new ApiProblem(0, t('common.unreachable'));
  }
  if (response.ok || accepted.includes(response.status)) {
    return response.status === 204 ? {} : parsed(response);
  }
  const problem = await parsed(response).catch(() => ({}));
  if (response.status === 401) {
    dispatchEvent(new CustomEvent('atalaya:unauthorized'));
    throw new ApiProblem(401, t('login.ended'), problem);
  }
  throw new ApiProblem(response.status, detailOf(response, problem), problem);
}

function headersOf(method) {
  const read = { accept: 'application/json' };
  return method === 'GET' ? read : { ...read, 'content-type': 'application/json', 'x-atalaya-console': '1' };
}

async function parsed(response) {
  const text = await response.text();
  return text === '' ? {} : JSON.parse(text);
}

function detailOf(response, problem) {
  const named = (problem.errors ?? [])
    .filter((error) => error.parameter)
    .map((error) => `${error.parameter}: ${error.found} (${t('common.expected')}: ${error.expected})`);
  const wait = response.headers.get('retry-after');
  return [
    problem.detail ?? problem.title ?? `HTTP ${response.status}`,
    ...named,
    wait ? t('common.retryAfter', { seconds: wait }) : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** A path with its parameters; those that are empty are left out. */
export function pathOf(path, parameters = {}) {
  const query = new URLSearchParams(
    Object.entries(parameters).filter(([, value]) => value !== '' && value !== null && value !== undefined),
  );
  return query.size > 0 ? `${path}?${query}` : path;
}

export const api = {
  /** `accepted`: statuses besides 2xx whose body is an answer, such as the 503 of a health page. */
  get: (path, parameters = {}, accepted = []) => ask('GET', pathOf(path, parameters), undefined, accepted),
  post: (path, body = {}) => ask('POST', path, body),
  remove: (path) => ask('DELETE', path),
  /** The login has ended: whatever a view still asks for meets with a refusal, without a word to the gateway. */
  rest: () => (resting = true),
  goOn: () => (resting = false),
};
