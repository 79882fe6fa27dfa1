import assert from 'node:assert/strict';
import { test } from 'node:test';
import en from '../../../gateway/src/main/resources/io/atalaya/console/i18n/en.js';
import es from '../../../gateway/src/main/resources/io/atalaya/console/i18n/es.js';
import { t, titleOf, useLanguage, word } from '../../../gateway/src/main/resources/io/atalaya/console/lib/i18n.js';
import { sentence } from '../../../gateway/src/main/resources/io/atalaya/console/views/alerts.js';
import { sources } from './sources.js';

const code = sources('.js').filter(({ path }) => !path.startsWith('i18n/'));
const groups = [...new Set(Object.keys(en).map((key) => key.split('.')[0]))];

/** Keys written out, and beginnings of keys that are put together: t(`nav.${…}`), word('state.', …). */
function used(text) {
  const written = [...text.matchAll(/'([a-z]+(?:\.[A-Za-z_]+)+)'/g)].map(([, key]) => key);
  const begun = [...text.matchAll(/\bt\(\s*`([a-z]+\.(?:[a-zA-Z_]+\.)*)\$\{|`(why\.)\$\{|\bword\(\s*'([a-z.A-Z]+\.)'/g)];
  return {
    keys: written.filter((key) => groups.includes(key.split('.')[0])),
    prefixes: begun.map(([, told, why, worded]) => told ?? why ?? worded),
  };
}

const everything = code.map(({ path, text }) => ({ path, ...used(text) }));

test('both languages say the same things', () => {
  assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort());
});

test('both languages put the same values in', () => {
  const values = (text) => [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  for (const [key, text] of Object.entries(en)) {
    assert.deepEqual(new Set(values(es[key])), new Set(values(text)), key);
    assert.equal(typeof es[key], typeof text, `${key} has forms in one language only`);
  }
});

test('no text is empty, and what is the same in both languages is known to be', () => {
  const same = new Set(['nav.kpi', 'common.id', 'common.endpoint', 'publish.kind.any', 'source.http', 'source.redis', 'sessions.roles', 'sessions.filter.endpoint', 'flight.durable', 'flight.cursor', 'health.check.redis', 'live.processLine', 'slo.total', 'shell.theme.auto']);
  for (const [key, text] of Object.entries(en)) {
    assert.ok(JSON.stringify(text).length > 2 && JSON.stringify(es[key]).length > 2, `${key} is empty`);
    if (!same.has(key) && JSON.stringify(text) === JSON.stringify(es[key])) {
      assert.fail(`${key}: "${JSON.stringify(text)}" in both languages`);
    }
  }
});

test('every key that is used exists', () => {
  for (const { path, keys, prefixes } of everything) {
    for (const key of keys) {
      assert.ok(key in en, `${path}: ${key}`);
    }
    for (const prefix of prefixes) {
      assert.ok(Object.keys(en).some((key) => key.startsWith(prefix)), `${path}: ${prefix}…`);
    }
  }
});

test('every key that exists is used', () => {
  const keys = new Set(everything.flatMap((file) => file.keys));
  const prefixes = everything.flatMap((file) => file.prefixes);
  const unused = Object.keys(en).filter((key) => !keys.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

test('the search for keys finds what it is meant to find', () => {
  const planted = used("t('nav.live'); t(bad ? 'slo.allowed' : 'slo.blocked'); t(`link.${state}`); word('state.', name)");
  assert.deepEqual(planted, { keys: ['nav.live', 'slo.allowed', 'slo.blocked'], prefixes: ['link.', 'state.'] });
});

test('texts take their values, and the form that the number asks for', () => {
  useLanguage('es');
  assert.equal(t('sessions.closed', { count: 1 }), 'Se cerró una sesión');
  assert.equal(t('sessions.closed', { count: 3 }), 'Se cerraron 3 sesiones');
  assert.equal(word('breaker.', 'half_open'), 'probando');
  assert.equal(word('breaker.', 'never_heard_of'), 'never heard of');
  useLanguage('xx');
  assert.equal(t('sessions.closed', { count: 1 }), 'One session closed');
});

test('what operators have named is shown in the language of the page, where they have', () => {
  const objective = { title: 'answers within 200 ms', titles: { es: 'respuestas en menos de 200 ms' } };
  useLanguage('es');
  assert.equal(titleOf(objective), 'respuestas en menos de 200 ms');
  assert.equal(titleOf({ title: 'mine' }), 'mine');
  useLanguage('en');
  assert.equal(titleOf(objective), 'answers within 200 ms');
});

test('an alert of ours is told in the language of the page, any other as it came', () => {
  const titles = new Map([['a', 'respuestas en menos de 200 ms']]);
  const labels = { slo: 'a', burnrate_tier: 'fast', long: '1h', short: '5m' };
  const annotations = { summary: 'a: the error budget burns too fast' };
  useLanguage('es');
  assert.equal(
    sentence({ alert: 'SLOErrorBudgetBurn', labels, annotations }, titles),
    'respuestas en menos de 200 ms: el presupuesto se consume demasiado rápido (nivel rápido: 1h y 5m)',
  );
  assert.match(sentence({ alert: 'SLOErrorBudgetSpent', labels, annotations }, titles), /agotado$/);
  assert.equal(sentence({ alert: 'SLOErrorBudgetBurn', labels, annotations }, new Map()), annotations.summary);
  assert.equal(sentence({ alert: 'RedisDown', labels: {}, annotations: { description: 'gone' } }, titles), 'gone');
  useLanguage('en');
});
