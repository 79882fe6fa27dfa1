import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { problems, version } from '../problems.js';

const deploy = join(dirname(fileURLToPath(import.meta.url)), '../../../deploy');
const folder = join(deploy, 'grafana/dashboards');
const shipped = Object.fromEntries(
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);

test('the types are those of the Grafana that is run', () => {
  const compose = readFileSync(join(deploy, 'compose.yaml'), 'utf8');

  assert.equal(/image: grafana\/grafana:(\S+)/.exec(compose)?.[1], version());
});

test('every dashboard is what Grafana reads', () => {
  assert.ok(Object.keys(shipped).length > 8, Object.keys(shipped).join());

  assert.deepEqual(problems(shipped), []);
});

const overview = shipped['gateway/atalaya-overview.json'];
const wrong = {
  'a misspelt option of a panel': ['"colorMode"', '"colourMode"', /colourMode/],
  'an option of another kind of panel': ['"graphMode" : "area"', '"showThresholdLabels" : true', /showThresholdLabels/],
  'a value that is none': ['"displayMode" : "list"', '"displayMode" : "lists"', /"lists"/],
  'a misspelt member of the dashboard': ['"graphTooltip"', '"graphTooltips"', /graphTooltips/],
  'a number as a text': ['"schemaVersion" : 39', '"schemaVersion" : "39"', /number/],
  'a kind that nobody knows': ['"type" : "stat"', '"type" : "singlestat"', /singlestat/],
  'a panel without a place': ['"gridPos"', '"gridPosition"', /gridPos/],
  'a query without an expression': ['"expr"', '"expression"', /expr/],
  'a threshold without a value': ['"value" : null', '"values" : null', /value/],
  'a variable of no known type': ['"type" : "datasource"', '"type" : "source"', /"source"/],
};
const found = problems(
  Object.fromEntries(Object.entries(wrong).map(([what, [from, to]]) => [what, overview.replace(from, to)])),
);
for (const [what, [from, , expected]] of Object.entries(wrong)) {
  test(`${what} is found`, () => {
    const ofThis = found.filter((text) => text.startsWith(`${what}:`));

    assert.ok(overview.includes(from), from);
    assert.match(ofThis.join('\n'), expected);
    assert.match(ofThis[0], /:\d+: /);
  });
}
