import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as format from '../../../gateway/src/main/resources/io/atalaya/console/lib/format.js';
import { parseRoute, routeHash } from '../../../gateway/src/main/resources/io/atalaya/console/lib/router.js';
import { Series } from '../../../gateway/src/main/resources/io/atalaya/console/lib/series.js';
import { verdict } from '../../../gateway/src/main/resources/io/atalaya/console/lib/verdict.js';

const NAMES = ['live', 'sessions', 'events'];
const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ');

test('an address names a view, its part and its parameters', () => {
  assert.deepEqual(parseRoute('#/sessions?tenant=1&q=a%20b', NAMES, 'live'), {
    name: 'sessions',
    part: '',
    parameters: { tenant: '1', q: 'a b' },
  });
  assert.equal(parseRoute('#/events/dead-letters', NAMES, 'live').part, 'dead-letters');
  assert.deepEqual(parseRoute('', NAMES, 'live'), { name: 'live', part: '', parameters: {} });
  assert.equal(parseRoute('#/__proto__/%E0%A4%A', NAMES, 'live').name, 'live');
  assert.equal(parseRoute('#/events/%E0%A4%A', NAMES, 'live').part, '');
});

test('what an address says comes back from it', () => {
  const hash = routeHash('sessions', '', { q: 'ñ & "x"', tenant: '' });
  assert.deepEqual(parseRoute(hash, NAMES, 'live').parameters, { q: 'ñ & "x"' });
});

test('numbers are written as the language writes them', () => {
  format.useLocale('en');
  assert.equal(format.count(19_000), '19,000');
  assert.equal(format.percent(0.8312), '83.1%');
  assert.equal(format.short(1_234_567), '1.23M');
  format.useLocale('es');
  assert.equal(format.count(19_000), '19.000');
  assert.equal(plain(format.percent(0.8312)), '83,1 %');
});

test('what is not known is a dash and never a zero', () => {
  for (const write of [format.count, format.short, format.rate, format.millis, format.span, format.bytes, format.percent]) {
    assert.equal(write(null), format.UNKNOWN);
    assert.equal(write(Number.NaN), format.UNKNOWN);
  }
  assert.equal(format.clock('not a time'), format.UNKNOWN);
  assert.equal(format.count(0), '0');
});

test('durations and sizes come in the unit that suits them', () => {
  format.useLocale('en');
  assert.deepEqual([0.347, 12.34, 250, 1_500].map(format.millis), ['0.35 ms', '12.3 ms', '250 ms', '1.5 s']);
  assert.deepEqual([4, 200, 7_500, 273_600].map(format.span), ['4 s', '3 min 20 s', '2 h 5 min', '3 d 4 h']);
  assert.deepEqual([512, 1_468_006, 201_326_592].map(format.bytes), ['512 B', '1.4 MiB', '192 MiB']);
});

test('figures over time are bounded and keep the newest', () => {
  const series = new Series(['a'], 100);
  for (let second = 0; second < 10_000; second++) {
    series.add(second, { a: second });
  }
  assert.ok(series.size >= 100 && series.size <= 125, `${series.size} points`);
  assert.equal(series.last('a'), 9_999);
  assert.equal(series.column('a').length, series.times.length);
});

test('a point that is not later, and a value that is none, are not made up', () => {
  const series = new Series(['a', 'b'], 10);
  assert.ok(series.add(5, { a: 1, b: null }));
  assert.ok(!series.add(5, { a: 2 }));
  assert.ok(!series.add(4, { a: 2 }));
  assert.deepEqual([series.times, series.column('a'), series.column('b')], [[5], [1], [null]]);
});

test('what the gateway remembers goes before what has come in since', () => {
  const series = new Series(['a'], 10);
  series.add(3, { a: 30 });
  series.add(4, { a: 40 });
  series.replace([1, 2, 3], { a: [10, null, 31] });
  assert.deepEqual([series.times, series.column('a')], [[1, 2, 3, 4], [10, null, 31, 40]]);
  series.replace([], {});
  assert.deepEqual(series.times, [1, 2, 3, 4]);
});

test('a window ends at the newest point', () => {
  const series = new Series(['a'], 100);
  for (let second = 1; second <= 60; second++) {
    series.add(second, { a: second });
  }
  const [times, values] = series.window(5, ['a']);
  assert.deepEqual([times, values], [[56, 57, 58, 59, 60], [56, 57, 58, 59, 60]]);
});

const well = {
  phase: 'serving',
  dropped: 0,
  buffer: { uncommitted: { size: 1, capacity: 100 }, backlog: { size: 9, capacity: 0 } },
  breakers: [{ name: 'archive', state: 'closed' }],
  redis: { configured: false },
};
const tones = (found) => found.reasons.map(({ tone, key }) => [tone, key]);

test('nothing known is not well', () => {
  assert.equal(verdict({ tick: null }).tone, 'unknown');
});

test('a gateway without complaints is well', () => {
  assert.deepEqual(verdict({ tick: well, books: { sums: [{ name: 'intake', balanced: true }] }, slo: { objectives: [{ state: 'ok' }] } }), {
    tone: 'ok',
    reasons: [],
  });
});

test('the worst comes first and gives the tone', () => {
  const tick = {
    ...well,
    dropped: 3,
    buffer: { uncommitted: { size: 95, capacity: 100 } },
    breakers: [{ name: 'archive', state: 'half_open' }],
    redis: { configured: true, subscribed: false },
  };
  const found = verdict({ tick, books: { sums: [{ name: 'deliveries', balanced: false }] }, slo: { objectives: [{ state: 'burning' }, { state: 'spent' }] } });
  assert.equal(found.tone, 'broken');
  assert.deepEqual(tones(found), [
    ['broken', 'why.redis'],
    ['broken', 'why.buffer'],
    ['broken', 'why.unbalanced'],
    ['broken', 'why.spent'],
    ['attention', 'why.breaker'],
    ['attention', 'why.dropping'],
    ['attention', 'why.burning'],
  ]);
});

test('a sum of which nothing is known yet is no complaint', () => {
  assert.equal(verdict({ tick: well, books: { sums: [{ name: 'archive' }] } }).tone, 'ok');
});
