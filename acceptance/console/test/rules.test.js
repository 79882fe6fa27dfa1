import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examples, sources } from './sources.js';

/** What would turn a stranger's text into markup or code, or would be stopped by the page's own policy. */
const FORBIDDEN = [
  [/\.(innerHTML|outerHTML)\b/, 'texts are set as texts'],
  [/insertAdjacentHTML|document\.write|createContextualFragment|DOMParser/, 'texts are set as texts'],
  [/\beval\(|new Function\(|setTimeout\(\s*['"`]/, 'no code from texts'],
  [/setAttribute\(\s*'style'|\bstyle:\s*['"`][^'"`]*:/, 'the policy forbids style attributes'],
  [/javascript:/i, 'no code in addresses'],
  [/https?:\/\/(?!www\.w3\.org\/)/, 'nothing is fetched from elsewhere'],
];

const found = (text) => FORBIDDEN.filter(([pattern]) => pattern.test(text)).map(([, why]) => why);

test('scripts neither make markup of texts nor ask other servers', () => {
  for (const { path, text } of [...sources('.js'), ...examples('.js')]) {
    assert.deepEqual(found(text), [], path);
    assert.ok(text.split('\n').length <= 330 || path.startsWith('i18n/'), `${path} is too long for one module`);
  }
});

test('pages hold no script or style of their own', () => {
  for (const { path, text } of [...sources('.html'), ...examples('.html')]) {
    assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i, path);
    assert.doesNotMatch(text, /(src|href)="https?:/i, path);
  }
});

test('the rules find what they are meant to find', () => {
  assert.equal(found('box.innerHTML = event.type').length, 1);
  assert.equal(found("fetch('https://example.com/x.js')").length, 1);
  assert.equal(found("h('p', { style: 'color: red' })").length, 1);
  assert.equal(found("s('svg', { xmlns: 'http://www.w3.org/2000/svg' })").length, 0);
});
