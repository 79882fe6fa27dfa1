import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audiencesOf, buildEvent, entryOf, formMembers } from '../../../gateway/src/main/resources/io/atalaya/console/lib/catalogue.js';

const catalogue = {
  max_unknown_members: 2,
  members: [
    { name: 'type', kind: 'string', required: true },
    { name: 'tenant_id', kind: 'integer', required: true, min: 1 },
    { name: 'branch_id', kind: 'integer', min: 0, zero_means_absent: true, routing: true },
    { name: 'entity', kind: 'object' },
    { name: 'ts', kind: 'timestamp' },
    { name: 'note', kind: 'string' },
    { name: 'sector_id', kind: 'integer', min: 1, routing: true },
  ],
  events: [
    {
      type: 'ROUND_READY',
      audiences: [
        { name: 'waiters', alternatives: [{ topic: 'sector-waiters', key: ['branch_id', 'sector_id'] }, { topic: 'branch-waiters', key: ['branch_id'] }] },
        { name: 'everyone', alternatives: [{ topic: 'all', key: [] }] },
      ],
    },
  ],
};
const typed = (values) => ({ type: 'ROUND_READY', tenant_id: '1', ...values });

test('what is required and what decides who gets it comes first', () => {
  assert.deepEqual(
    formMembers(catalogue).map(({ name }) => name),
    ['tenant_id', 'branch_id', 'sector_id', 'entity', 'ts', 'note'],
  );
});

test('a good event is made with its types', () => {
  const { event, problems } = buildEvent(
    catalogue,
    typed({ branch_id: '3', entity: '{"round_id": 7}', ts: '2030-06-01T12:00:00Z', note: '<b>x</b>', id: 'a-1', more: '{"extra": true}' }),
  );
  assert.deepEqual(problems, {});
  assert.deepEqual(event, {
    type: 'ROUND_READY',
    id: 'a-1',
    tenant_id: 1,
    branch_id: 3,
    entity: { round_id: 7 },
    ts: '2030-06-01T12:00:00Z',
    note: '<b>x</b>',
    extra: true,
  });
});

for (const [name, values, key] of [
  ['tenant_id', { tenant_id: '' }, 'common.missing'],
  ['tenant_id', { tenant_id: '0' }, 'publish.tooSmall'],
  ['branch_id', { branch_id: '1.5' }, 'publish.badInteger'],
  ['branch_id', { branch_id: '99999999999999999999' }, 'publish.tooLong'],
  ['entity', { entity: '[1]' }, 'publish.badObject'],
  ['entity', { entity: '{' }, 'publish.badObject'],
  ['ts', { ts: '2030-06-01T12:00:00' }, 'publish.badTimestamp'],
  ['id', { id: 'ñ' }, 'publish.badId'],
  ['type', { type: '' }, 'common.missing'],
  ['more', { more: '{"branch_id": 1}' }, 'publish.moreKnown'],
  ['more', { more: '{"a": 1, "b": 2, "c": 3}' }, 'publish.moreMany'],
]) {
  test(`${name}: ${JSON.stringify(values)} is ${key}`, () => {
    assert.equal(buildEvent(catalogue, typed(values)).problems[name].key, key);
  });
}

test('the first topic whose members are given is the one', () => {
  const of = (values) => audiencesOf(catalogue, { type: 'ROUND_READY', ...values })[0];
  assert.deepEqual(of({ branch_id: 3, sector_id: 5 }), { audience: 'waiters', topic: 'sector-waiters', key: ['branch_id = 3', 'sector_id = 5'], lacking: [] });
  assert.equal(of({ branch_id: 3 }).topic, 'branch-waiters');
  assert.deepEqual(of({ branch_id: 0 }).lacking, ['branch_id', 'sector_id']);
});

test('a type that is not listed goes by the rule for such, or by none', () => {
  assert.equal(entryOf(catalogue, 'NEVER'), null);
  assert.deepEqual(audiencesOf(catalogue, { type: 'NEVER' }), []);
  assert.equal(entryOf({ ...catalogue, unknown_events: { type: '*' } }, 'NEVER').type, '*');
});
