-- Applies changes in their order.
-- ARGV: most entries, most of a tenant, most of a principal, which gateway, number of events, then of each event: its place and its fields; then of each change:
-- kind, event, recipient and four more: of a delivery (D) when, when due, when it expires and which of the events; of an
-- acknowledgement (A) when; of another time (U) when it is due, or '' for never.
-- Answers the book; of each change what came of it, and when the event was delivered; and how many entries were given up
-- because a principal, a tenant and all together had too many.
local DONE, REPEATED, LATE, UNKNOWN = 0, 1, 2, 3
local most, most_of_tenant, most_of_principal = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local gateway, events = ARGV[4], tonumber(ARGV[5])
local FIRST, EVENT_STRIDE, CHANGE_STRIDE = 6, 11, 7
local given_up = { principal = 0, tenant = 0, store = 0 }
local c = read_counts()

local function keep_event(event, index)
  local target = key('event:' .. event)
  if redis.call('EXISTS', target) == 0 then
    local from = FIRST + (index - 1) * EVENT_STRIDE
    local fields = {'place', ARGV[from]}
    for i = 1, #EVENT_FIELDS do
      fields[#fields + 1] = EVENT_FIELDS[i]
      fields[#fields + 1] = ARGV[from + i]
    end
    redis.call('HSET', target, unpack(fields))
  end
  redis.call('HINCRBY', target, 'entries', 1)
  return redis.call('HGET', target, 'place')
end

local function give_up_oldest(of, now, why)
  local name = redis.call('ZRANGE', of, 0, 0)[1]
  local event, recipient = parts_of(name)
  local row = find(event, recipient)
  if row.state == AWAITING then
    settle(row, event, recipient, EXPIRED, now, c)
  end
  forget(name, event, recipient)
  given_up[why] = given_up[why] + 1
end

local function keep_within_bounds(event, recipient, now)
  local principal, tenant, all = principal_key(event, recipient), tenant_key(event), key('order')
  if redis.call('ZCARD', principal) > most_of_principal then
    give_up_oldest(principal, now, 'principal')
  elseif redis.call('ZCARD', tenant) > most_of_tenant then
    give_up_oldest(tenant, now, 'tenant')
  elseif redis.call('ZCARD', all) > most then
    give_up_oldest(all, now, 'store')
  end
end

local function on_delivered(event, recipient, at, due, expires, index)
  local known = find(event, recipient)
  if known then
    return REPEATED, known.delivered
  end
  local row = { number = c.next, state = AWAITING, delivered = at, ends = expires, settled = 0, owner = gateway }
  c.next = c.next + 1
  c.wanted = c.wanted + 1
  c.awaiting = c.awaiting + 1
  local place = keep_event(event, index)
  local name = name_of(row, event, recipient)
  save(row, event, recipient)
  redis.call('ZADD', key('order'), whole(row.number), name)
  redis.call('ZADD', key('ends'), whole(row.ends), name)
  redis.call('ZADD', key('due:' .. gateway), whole(due), name)
  redis.call('ZADD', owed_key(event, recipient), 0, place .. ' ' .. name)
  redis.call('ZADD', tenant_key(event), whole(row.number), name)
  redis.call('ZADD', principal_key(event, recipient), whole(row.number), name)
  keep_within_bounds(event, recipient, at)
  return DONE, at
end

local function on_acknowledged(event, recipient, at)
  local row = find(event, recipient)
  if not row then
    return UNKNOWN, 0
  end
  if row.state == ACKNOWLEDGED then
    return REPEATED, row.delivered
  end
  if row.state == EXPIRED then
    return LATE, row.delivered
  end
  settle(row, event, recipient, ACKNOWLEDGED, at, c)
  return DONE, row.delivered
end

local function on_due(event, recipient, due)
  local row = find(event, recipient)
  if not row then
    return UNKNOWN, 0
  end
  -- who does not have the recipient any more has no say once another gateway has it
  if row.state ~= AWAITING or (due == '' and row.owner ~= gateway) then
    return REPEATED, 0
  end
  local name = name_of(row, event, recipient)
  redis.call('ZREM', key('due:' .. row.owner), name)
  row.owner = gateway
  save(row, event, recipient)
  if due ~= '' then
    redis.call('ZADD', key('due:' .. gateway), due, name)
  end
  return DONE, row.delivered
end

local answer = {}
for from = FIRST + events * EVENT_STRIDE, #ARGV, CHANGE_STRIDE do
  local kind, event, recipient = ARGV[from], ARGV[from + 1], ARGV[from + 2]
  local what, delivered
  if kind == 'D' then
    what, delivered = on_delivered(event, recipient, tonumber(ARGV[from + 3]), tonumber(ARGV[from + 4]),
      tonumber(ARGV[from + 5]), tonumber(ARGV[from + 6]))
  elseif kind == 'A' then
    what, delivered = on_acknowledged(event, recipient, tonumber(ARGV[from + 3]))
  else
    what, delivered = on_due(event, recipient, ARGV[from + 3])
  end
  answer[#answer + 1] = whole(what)
  answer[#answer + 1] = whole(delivered)
end
write_counts(c)
return {totals(c), answer, {whole(given_up.principal), whole(given_up.tenant), whole(given_up.store)}}
