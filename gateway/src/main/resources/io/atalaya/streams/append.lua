-- Stores the events of one partition that are not there yet, all or none.
-- ARGV: the epoch and the head that the caller knows, time or '', window, most ids, most events, most bytes, longest age,
-- archived, then of each event: tenant, id, type, scope, ts, from, body.
-- Answers GONE, BEHIND or FULL; else OK, epoch, generation, floor and of each event its offset, negative when it was there.
local bounds = {
  events = tonumber(ARGV[6]), bytes = tonumber(ARGV[7]), age = tonumber(ARGV[8]), archived = ARGV[9] == '1'
}
local window, most = tonumber(ARGV[4]), tonumber(ARGV[5])
local FIRST, STRIDE, CHUNK = 10, 7, 1000

local a = open_account()
if not a then
  return {'GONE'}
end
if a.epoch == ARGV[1] and a.head < tonumber(ARGV[2]) then
  return {'BEHIND'}
end
local now = math.max(clock(ARGV[3]), a.at)
if exceeds(a, bounds) then
  trim(a, bounds, now)
  if is_full(a, bounds) then
    return {'FULL'}
  end
end

local count = math.floor((#ARGV - FIRST + 1) / STRIDE)
local names = {}
for i = 1, count do
  local place = FIRST + (i - 1) * STRIDE
  names[i] = ARGV[place] .. '/' .. ARGV[place + 1]
end

local earlier = {}
for from = 1, count, CHUNK do
  local to = math.min(from + CHUNK - 1, count)
  local values = redis.call('HMGET', ids, unpack(names, from, to))
  for i = from, to do
    local value = values[i - from + 1]
    if value then
      local offset, at = string.match(value, '^(%d+) (%d+)$')
      if now - tonumber(at) < window then
        earlier[names[i]] = tonumber(offset)
      end
    end
  end
end

local at = whole(now)
local answer = {'OK', a.epoch, a.generation, 0}
local fresh, remembered = {}, {}
for i = 1, count do
  local name = names[i]
  local seen = earlier[name]
  if seen then
    answer[i + 4] = -seen
  else
    local place = FIRST + (i - 1) * STRIDE
    local body = ARGV[place + 6]
    local offset = whole(a.head + 1)
    redis.call('XADD', stream, offset .. '-0', 'gen', a.generation, 'at', at, 'sum', whole(a.sum + #body),
      'tenant', ARGV[place], 'id', ARGV[place + 1], 'type', ARGV[place + 2], 'scope', ARGV[place + 3],
      'ts', ARGV[place + 4], 'from', ARGV[place + 5], 'body', body)
    a.head = a.head + 1
    a.sum = a.sum + #body
    earlier[name] = a.head
    answer[i + 4] = a.head
    fresh[#fresh + 1] = name
    remembered[#remembered + 1] = name
    remembered[#remembered + 1] = offset .. ' ' .. at
  end
end

for from = 1, #fresh, CHUNK do
  redis.call('RPUSH', order, unpack(fresh, from, math.min(from + CHUNK - 1, #fresh)))
end
for from = 1, #remembered, 2 * CHUNK do
  redis.call('HSET', ids, unpack(remembered, from, math.min(from + 2 * CHUNK - 1, #remembered)))
end
-- written even when nothing is new, so that WAIT has something to wait for
redis.call('HSET', account, 'head', whole(a.head), 'at', at, 'sum', whole(a.sum))
forget_ids(a, window, most, now)
if exceeds(a, bounds) then
  trim(a, bounds, now)
end
answer[4] = a.floor
return answer
