/** What may be an event's id. */
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Members that the gateway gives, or that have a control of their own. */
const OWN = new Set(['type', 'id', 'cursor']);

/** The members that a form asks for, those that say where the event goes first. */
export function formMembers(catalogue) {
  const weight = (member) => (member.name === 'tenant_id' ? 0 : member.required ? 1 : member.routing ? 2 : 3);
  return catalogue.members
    .filter((member) => !OWN.has(member.name))
    .map((member, place) => ({ member, place }))
    .sort((a, b) => weight(a.member) - weight(b.member) || a.place - b.place)
    .map(({ member }) => member);
}

/**
 * Makes an event of what was typed, or says what is wrong, member by member: each problem is the key of a text with its
 * values. The gateway checks again; this is to say it before.
 *
 * @param {object} catalogue as the gateway tells it
 * @param {Record<string, string>} typed texts by member, `id` and `type` among them; `more` holds other members as JSON
 * @returns {{event: object, problems: Record<string, {key: string, values?: object}>}}
 */
export function buildEvent(catalogue, typed) {
  const event = { type: typed.type };
  const problems = {};
  if (!typed.type) {
    problems.type = { key: 'common.missing' };
  }
  if (typed.id) {
    event.id = typed.id;
    if (!ID.test(typed.id)) {
      problems.id = { key: 'publish.badId' };
    }
  }
  for (const member of formMembers(catalogue)) {
    const text = (typed[member.name] ?? '').trim();
    const read = text === '' ? missing(member) : readMember(member, text);
    if (read.problem) {
      problems[member.name] = read.problem;
    } else if (read.value !== undefined) {
      event[member.name] = read.value;
    }
  }
  addMore(catalogue, typed.more ?? '', event, problems);
  return { event, problems };
}

function missing(member) {
  return member.required ? { problem: { key: 'common.missing' } } : {};
}

function readMember(member, text) {
  switch (member.kind) {
    case 'integer':
      return readInteger(member, text);
    case 'object':
      return readJson(text, (value) => value !== null && typeof value === 'object' && !Array.isArray(value), 'publish.badObject');
    case 'timestamp':
      return /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))
        ? { value: text }
        : { problem: { key: 'publish.badTimestamp' } };
    case 'any':
      return readJson(text, () => true, 'publish.badJson');
    default:
      return { value: text };
  }
}

function readInteger(member, text) {
  const value = Number(text);
  if (!/^-?\d+$/.test(text)) {
    return { problem: { key: 'publish.badInteger' } };
  }
  if (!Number.isSafeInteger(value)) {
    return { problem: { key: 'publish.tooLong' } };
  }
  return typeof member.min === 'number' && value < member.min
    ? { problem: { key: 'publish.tooSmall', values: { min: member.min } } }
    : { value };
}

function readJson(text, fits, key) {
  try {
    const value = JSON.parse(text);
    return fits(value) ? { value } : { problem: { key } };
  } catch {
    return { problem: { key } };
  }
}

function addMore(catalogue, text, event, problems) {
  if (text.trim() === '') {
    return;
  }
  const { value, problem } = readJson(text, (found) => found !== null && typeof found === 'object' && !Array.isArray(found), 'publish.badObject');
  if (problem) {
    problems.more = problem;
    return;
  }
  const known = new Set([...catalogue.members.map(({ name }) => name), 'id', 'cursor']);
  const taken = Object.keys(value).filter((name) => known.has(name));
  if (taken.length > 0) {
    problems.more = { key: 'publish.moreKnown', values: { names: taken.join(', ') } };
  } else if (Object.keys(value).length > catalogue.max_unknown_members) {
    problems.more = { key: 'publish.moreMany', values: { max: catalogue.max_unknown_members } };
  } else {
    Object.assign(event, value);
  }
}

/** What the catalogue says of a type; of one that it does not list, what it says of all such. */
export function entryOf(catalogue, type) {
  return catalogue.events.find((entry) => entry.type === type) ?? catalogue.unknown_events ?? null;
}

/**
 * Who an event would reach: each audience with the first of its topics whose members the event carries, or what is missing.
 *
 * @returns {{audience: string, topic: string | null, key: string[], lacking: string[]}[]}
 */
export function audiencesOf(catalogue, event) {
  const absent = (name) => {
    const value = event[name];
    const zero = catalogue.members.find((member) => member.name === name)?.zero_means_absent;
    return value === undefined || value === null || (zero && value === 0);
  };
  return (entryOf(catalogue, event.type)?.audiences ?? []).map(({ name, alternatives }) => {
    const taken = alternatives.find(({ key }) => !key.some(absent));
    return {
      audience: name,
      topic: taken?.topic ?? null,
      key: taken ? taken.key.map((member) => `${member} = ${event[member]}`) : [],
      lacking: taken ? [] : [...new Set(alternatives.flatMap(({ key }) => key.filter(absent)))],
    };
  });
}
