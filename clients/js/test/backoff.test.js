import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../src/backoff.js';

test('pauses stay below a bound that doubles up to the cap', () => {
  const backoff = new Backoff({ base: 1000, cap: 30_000, random: () => 0.999_999 });

  const pauses = Array.from({ length: 8 }, () => Math.round(backoff.next()));

  assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('pauses are spread from zero', () => {
  const backoff = new Backoff({ base: 1000, cap: 30_000, random: () => 0 });

  assert.equal(backoff.next(), 0);
});

test('a wish of the server comes before the jitter', () => {
  const backoff = new Backoff({ base: 1000, cap: 30_000, random: () => 0.5 });

  assert.equal(backoff.next(5000), 5500);
});

test('a reset begins again', () => {
  const backoff = new Backoff({ base: 1000, cap: 30_000, random: () => 0.5 });
  backoff.next();
  backoff.next();

  backoff.reset();

  assert.equal(backoff.next(), 500);
  assert.equal(backoff.failures, 1);
});
