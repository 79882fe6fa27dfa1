/** From here on a buffer needs attention, and from there on it is nearly full. */
const FILLING = 0.7;
const FULL = 0.9;

const RANK = { unknown: 0, ok: 1, attention: 2, broken: 3 };

/** The worst of some tones. */
export function worst(tones) {
  return tones.reduce((before, tone) => (RANK[tone] > RANK[before] ? tone : before), 'unknown');
}

/**
 * How the gateway is, in one tone, and why: each reason is the key of a text with its values.
 *
 * @returns {{tone: string, reasons: {tone: string, key: string, values: object}[]}}
 */
export function verdict({ tick, books, slo }) {
  if (!tick) {
    return { tone: 'unknown', reasons: [] };
  }
  const reasons = [...phase(tick), ...breakers(tick), ...buffers(tick), ...drops(tick), ...balance(books), ...promises(slo)];
  reasons.sort((a, b) => RANK[b.tone] - RANK[a.tone]);
  return { tone: worst(['ok', ...reasons.map((reason) => reason.tone)]), reasons };
}

const reason = (tone, key, values = {}) => ({ tone, key, values });

function phase(tick) {
  return tick.phase === 'serving' ? [] : [reason('attention', `why.${tick.phase}`)];
}

function breakers(tick) {
  const open = (tick.breakers ?? []).filter((breaker) => breaker.state !== 'closed');
  const found = open.map((breaker) =>
    reason(breaker.state === 'open' ? 'broken' : 'attention', 'why.breaker', { name: breaker.name }),
  );
  return tick.redis?.configured && !tick.redis.subscribed ? [...found, reason('broken', 'why.redis')] : found;
}

function buffers(tick) {
  return Object.entries(tick.buffer ?? {}).flatMap(([name, { size, capacity }]) => {
    const used = capacity > 0 ? size / capacity : 0;
    return used < FILLING ? [] : [reason(used < FULL ? 'attention' : 'broken', 'why.buffer', { name, used })];
  });
}

function drops(tick) {
  return tick.dropped > 0 ? [reason('attention', 'why.dropping', { rate: tick.dropped })] : [];
}

function balance(books) {
  return (books?.sums ?? [])
    .filter((sum) => sum.balanced === false)
    .map((sum) => reason('broken', 'why.unbalanced', { name: sum.name }));
}

function promises(slo) {
  const objectives = slo?.objectives ?? [];
  const spent = objectives.filter((objective) => objective.state === 'spent').length;
  const burning = objectives.filter((objective) => objective.state === 'burning').length;
  return [
    ...(spent > 0 ? [reason('broken', 'why.spent', { count: spent })] : []),
    ...(burning > 0 ? [reason('attention', 'why.burning', { count: burning })] : []),
  ];
}
