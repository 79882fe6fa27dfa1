import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SseParser } from '../src/sse-parser.js';

function parse(pieces) {
  const events = [];
  const retries = [];
  let comments = 0;
  const parser = new SseParser({
    onEvent: (event) => events.push(event),
    onRetry: (milliseconds) => retries.push(milliseconds),
    onComment: () => comments++,
  });
  pieces.forEach((piece) => parser.push(piece));
  return { events, retries, comments };
}

const STREAM = 'retry: 1500\r\n: hello\r\n\r\nid: 7\r\ndata: {"a":1}\r\ndata: more\r\n\r\nevent: close\ndata:x\n\nid\ndata: last\n\n';

test('reads fields, comments and lines of every kind', () => {
  const { events, retries, comments } = parse([STREAM]);

  assert.deepEqual(events, [
    { event: 'message', data: '{"a":1}\nmore', id: '7' },
    { event: 'close', data: 'x', id: '7' },
    { event: 'message', data: 'last', id: '' },
  ]);
  assert.deepEqual(retries, [1500]);
  assert.equal(comments, 1);
});

test('does not depend on where the stream is cut', () => {
  const whole = parse([STREAM]);
  for (let cut = 0; cut <= STREAM.length; cut++) {
    assert.deepEqual(parse([STREAM.slice(0, cut), STREAM.slice(cut)]), whole, `cut at ${cut}`);
  }
  assert.deepEqual(parse([...STREAM]), whole);
});

test('an unfinished event is not an event', () => {
  assert.deepEqual(parse(['data: half\n']).events, []);
});
