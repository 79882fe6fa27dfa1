-- Begins every script of a partition: its keys, its account and what may be forgotten.
--
-- The account is a hash: epoch, generation, base (head when the epoch began), head (offset of the newest event), at (its
-- time), sum (bytes of all bodies ever stored), floor (offset before the oldest event kept), floor_sum (sum there),
-- confirmed (events that the archive has confirmed), partitions.
local stream, account, ids, order, readers = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local GROUP = 'archive'
-- an entry's fields are always written in one order, so that they are found by place
local AT, SUM, BODY = 4, 6, 20
-- a gateway that has not said for so long how far it has heard is not waited for
local READER_MILLIS = 30000

local function whole(number)
  return string.format('%.0f', number)
end

-- the server's time, unless another is given
local function clock(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function open_account()
  local found = redis.call('HMGET', account, 'epoch', 'generation', 'head', 'at', 'sum', 'floor', 'floor_sum')
  if not found[1] then
    return nil
  end
  return {
    epoch = found[1], generation = found[2], head = tonumber(found[3]), at = tonumber(found[4]),
    sum = tonumber(found[5]), floor = tonumber(found[6]), floor_sum = tonumber(found[7])
  }
end

local function exceeds(a, bounds)
  return a.head - a.floor > bounds.events or a.sum - a.floor_sum > bounds.bytes
end

local function fields_at(offset)
  local text = whole(offset)
  local found = redis.call('XRANGE', stream, text, text)[1]
  return found and found[2]
end

-- the last offset before the first that the archive has not confirmed
local function archived_through(a)
  local pending = redis.pcall('XPENDING', stream, GROUP)
  if pending.err then
    return a.floor
  end
  if tonumber(pending[1]) > 0 then
    return tonumber(string.match(pending[2], '^%d+')) - 1
  end
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local about = {}
    for i = 1, #group, 2 do
      about[group[i]] = group[i + 1]
    end
    if about['name'] == GROUP then
      return tonumber(string.match(about['last-delivered-id'], '^%d+'))
    end
  end
  return a.floor
end

-- the last offset that every gateway has heard
local function heard_through(a)
  local now = clock('')
  local through = a.head
  local all = redis.call('HGETALL', readers)
  for i = 1, #all, 2 do
    local offset, at = string.match(all[i + 1], '^(%d+) (%d+)$')
    if now - tonumber(at) > READER_MILLIS then
      redis.call('HDEL', readers, all[i])
    else
      through = math.min(through, tonumber(offset))
    end
  end
  return through
end

-- Whether an event is surplus only ever turns from yes to no along the log, so the border is searched in growing steps and
-- then by halves.
local function trim_to(a, bounds, now, limit)
  local not_before = now - bounds.age + 1
  local function is_surplus(offset)
    if a.head - offset + 1 > bounds.events then
      return true
    end
    local found = redis.call('XRANGE', stream, whole(offset), '+', 'COUNT', 1)[1]
    if not found then
      return true
    end
    local fields = found[2]
    local before = tonumber(fields[SUM]) - #fields[BODY]
    return a.sum - before > bounds.bytes or tonumber(fields[AT]) < not_before
  end
  local low, high, step = a.floor, limit + 1, 1
  while low + step < high do
    if is_surplus(low + step) then
      low = low + step
      step = step * 2
    else
      high = low + step
    end
  end
  while high - low > 1 do
    local middle = math.floor((low + high) / 2)
    if is_surplus(middle) then
      low = middle
    else
      high = middle
    end
  end
  if low > a.floor then
    local last = fields_at(low)
    a.floor_sum = low == a.head and a.sum or (last and tonumber(last[SUM]) or a.floor_sum)
    a.floor = low
    redis.call('XTRIM', stream, 'MINID', whole(low + 1))
    redis.call('HSET', account, 'floor', whole(a.floor), 'floor_sum', whole(a.floor_sum))
  end
end

-- Forgets from the oldest end what is beyond the bounds: never what is not archived, and what a gateway has still to hear
-- only beyond twice the bounds.
local function trim(a, bounds, now)
  local limit = a.head
  if bounds.archived then
    limit = archived_through(a)
  end
  trim_to(a, bounds, now, math.min(limit, heard_through(a)))
  local most = { events = 2 * bounds.events, bytes = 2 * bounds.bytes, age = 2 * bounds.age }
  if exceeds(a, most) then
    trim_to(a, most, now, limit)
  end
end

-- whether what is not archived alone exceeds the bounds
local function is_full(a, bounds)
  if not bounds.archived or not exceeds(a, bounds) then
    return false
  end
  local through = archived_through(a)
  if a.head - through > bounds.events then
    return true
  end
  local last = through > a.floor and fields_at(through)
  local sum = last and tonumber(last[SUM]) or a.floor_sum
  return a.sum - (through == a.head and a.sum or sum) > bounds.bytes
end

-- Forgets the ids that are too old or too many. One stands in `order` for each event stored, oldest first, so an id's place
-- there says which offset it was remembered for.
local function forget_ids(a, window, most, now)
  -- a few at first: mostly nothing has to go; a bounded number in all, or the first append after a quiet night would stall
  for _, chunk in ipairs({ 4, 32, 256, 512, 512, 512, 512, 512 }) do
    local size = redis.call('LLEN', order)
    if size == 0 then
      return
    end
    local names = redis.call('LRANGE', order, 0, chunk - 1)
    local values = redis.call('HMGET', ids, unpack(names))
    local first = a.head - size + 1
    local gone, count = {}, 0
    for i = 1, #names do
      local offset, at = nil, nil
      if values[i] then
        offset, at = string.match(values[i], '^(%d+) (%d+)$')
      end
      -- remembered again since: this place is void
      local void = tonumber(offset) ~= first + i - 1
      if not (void or size - count > most or now - tonumber(at) >= window) then
        break
      end
      if not void then
        gone[#gone + 1] = names[i]
      end
      count = i
    end
    if #gone > 0 then
      redis.call('HDEL', ids, unpack(gone))
    end
    if count > 0 then
      redis.call('LTRIM', order, count, -1)
    end
    if count < #names then
      return
    end
  end
end
