-- Begins every script about acknowledgements.
--
-- KEYS[1] begins every key; what follows it:
--   :counts          a hash: wanted, acknowledged, expired, awaiting, next (number of the next entry)
--   :event:<event>   a hash: the event as the log keeps it, its place in log order, how many entries there are of it, and a
--                    field for each: 'r <recipient>' → number, state, delivered, end, settled, owner
--   :order           a sorted set of entries, the oldest first
--   :ends            a sorted set: entry → when it expires, or is forgotten
--   :due:<gateway>   a sorted set: entry → when that gateway, which sent it last, sends it again
--   :owed:<tenant> <recipient>   a sorted set of equal scores: places and entries that are awaited, in log order
--   :tenant:<tenant> and :principal:<tenant> <scheme> <subject>   sorted sets of their entries, the oldest first
-- An event is <tenant>/<id>, a recipient '<scheme> <client> <subject>', an entry '<number> <event> <recipient>'.
local AWAITING, ACKNOWLEDGED, EXPIRED = 'w', 'a', 'x'
local EVENT_FIELDS = {'epoch', 'offset', 'at', 'tenant', 'id', 'type', 'scope', 'ts', 'from', 'body'}

local function key(name)
  return KEYS[1] .. ':' .. name
end

local function whole(number)
  return string.format('%.0f', number)
end

local function read_counts()
  local found = redis.call('HMGET', key('counts'), 'wanted', 'acknowledged', 'expired', 'awaiting', 'next')
  return {
    wanted = tonumber(found[1] or '0'), acknowledged = tonumber(found[2] or '0'), expired = tonumber(found[3] or '0'),
    awaiting = tonumber(found[4] or '0'), next = tonumber(found[5] or '0')
  }
end

local function write_counts(c)
  redis.call('HSET', key('counts'), 'wanted', whole(c.wanted), 'acknowledged', whole(c.acknowledged),
    'expired', whole(c.expired), 'awaiting', whole(c.awaiting), 'next', whole(c.next))
end

local function totals(c)
  return {whole(c.wanted), whole(c.acknowledged), whole(c.expired), whole(c.awaiting)}
end

local function name_of(row, event, recipient)
  return string.format('%016.0f', row.number) .. ' ' .. event .. ' ' .. recipient
end

local function parts_of(name)
  local _, event, recipient = string.match(name, '^(%d+) ([^ ]+) (.*)$')
  return event, recipient
end

local function owed_key(event, recipient)
  return key('owed:' .. string.match(event, '^[^/]*') .. ' ' .. recipient)
end

local function tenant_key(event)
  return key('tenant:' .. string.match(event, '^[^/]*'))
end

local function principal_key(event, recipient)
  local scheme, subject = string.match(recipient, '^([^ ]*) [^ ]* (.*)$')
  return key('principal:' .. string.match(event, '^[^/]*') .. ' ' .. scheme .. ' ' .. subject)
end

local function find(event, recipient)
  local text = redis.call('HGET', key('event:' .. event), 'r ' .. recipient)
  if not text then
    return nil
  end
  local number, state, delivered, ends, settled, owner = string.match(text, '^(%d+) (%a) (%d+) (%d+) (%d+) (.*)$')
  return {
    number = tonumber(number), state = state, delivered = tonumber(delivered), ends = tonumber(ends),
    settled = tonumber(settled), owner = owner
  }
end

local function save(row, event, recipient)
  redis.call('HSET', key('event:' .. event), 'r ' .. recipient, table.concat({
    whole(row.number), row.state, whole(row.delivered), whole(row.ends), whole(row.settled), row.owner
  }, ' '))
end

-- ends the waiting; the entry stays as long again as it was meant to be waited for
local function settle(row, event, recipient, state, now, c)
  local name = name_of(row, event, recipient)
  local place = redis.call('HGET', key('event:' .. event), 'place')
  row.state = state
  row.settled = now
  row.ends = 2 * row.ends - row.delivered
  c.awaiting = c.awaiting - 1
  if state == ACKNOWLEDGED then
    c.acknowledged = c.acknowledged + 1
  else
    c.expired = c.expired + 1
  end
  redis.call('ZREM', key('due:' .. row.owner), name)
  redis.call('ZREM', owed_key(event, recipient), place .. ' ' .. name)
  redis.call('ZADD', key('ends'), whole(row.ends), name)
  save(row, event, recipient)
end

local function forget(name, event, recipient)
  redis.call('ZREM', key('ends'), name)
  redis.call('ZREM', key('order'), name)
  redis.call('ZREM', tenant_key(event), name)
  redis.call('ZREM', principal_key(event, recipient), name)
  redis.call('HDEL', key('event:' .. event), 'r ' .. recipient)
  if redis.call('HINCRBY', key('event:' .. event), 'entries', -1) <= 0 then
    redis.call('DEL', key('event:' .. event))
  end
end

-- an entry with its event, for whoever sends it again
local function waiting(event, recipient)
  local row = find(event, recipient)
  local answer = {recipient, whole(row.delivered)}
  for _, value in ipairs(redis.call('HMGET', key('event:' .. event), unpack(EVENT_FIELDS))) do
    answer[#answer + 1] = value
  end
  return answer
end
