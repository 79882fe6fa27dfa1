import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heartbeat } from '../src/heartbeat.js';
import { FakeClock } from './fake-clock.js';

function rig() {
  const clock = new FakeClock();
  const log = [];
  const heartbeat = new Heartbeat({
    interval: 30_000,
    timeout: 10_000,
    clock,
    ask: () => log.push(`ask ${clock.now()}`),
    onLost: () => log.push(`lost ${clock.now()}`),
  });
  return { clock, log, heartbeat };
}

test('asks after silence and gives up without an answer', () => {
  const { clock, log } = rig();

  clock.pass(40_000);

  assert.deepEqual(log, ['ask 30000', 'lost 40000']);
});

test('whatever is heard, it asks in time: who says nothing is ended', () => {
  const { clock, log, heartbeat } = rig();

  for (let second = 0; second < 70; second++) {
    clock.pass(1_000);
    heartbeat.heard();
  }

  assert.deepEqual(log, ['ask 30000', 'ask 60000']);
});

test('an answer begins a new interval', () => {
  const { clock, log, heartbeat } = rig();
  clock.pass(31_000);
  heartbeat.heard();

  clock.pass(30_000);

  assert.deepEqual(log, ['ask 30000', 'ask 60000']);
});

test('after a sleep it asks first and waits for the answer', () => {
  const { clock, log, heartbeat } = rig();

  clock.sleep(3_600_000);
  assert.deepEqual(log, ['ask 3600000']);
  heartbeat.heard();
  clock.pass(10_000);

  assert.deepEqual(log, ['ask 3600000']);
});

test('a check asks at once, but not twice', () => {
  const { clock, log, heartbeat } = rig();
  clock.pass(1_000);

  heartbeat.check();
  heartbeat.check();

  assert.deepEqual(log, ['ask 1000']);
});

test('a stopped one is quiet', () => {
  const { clock, log, heartbeat } = rig();
  heartbeat.stop();

  clock.pass(100_000);

  assert.deepEqual(log, []);
});
