-- Forgets what is beyond the bounds and tells how the partition stands.
-- ARGV: time or '', window, most ids, most events, most bytes, longest age, archived, idle milliseconds of a dead consumer,
-- who reads, how far it has heard.
-- Answers GONE; else OK, epoch, generation, head, floor, bytes kept, confirmed.
local a = open_account()
if not a then
  return {'GONE'}
end
local now = math.max(clock(ARGV[1]), a.at)
local bounds = {
  events = tonumber(ARGV[4]), bytes = tonumber(ARGV[5]), age = tonumber(ARGV[6]), archived = ARGV[7] == '1'
}
redis.call('HSET', readers, ARGV[9], ARGV[10] .. ' ' .. whole(clock('')))
trim(a, bounds, now)
forget_ids(a, tonumber(ARGV[2]), tonumber(ARGV[3]), now)
if bounds.archived then
  local consumers = redis.pcall('XINFO', 'CONSUMERS', stream, GROUP)
  if not consumers.err then
    for _, consumer in ipairs(consumers) do
      local about = {}
      for i = 1, #consumer, 2 do
        about[consumer[i]] = consumer[i + 1]
      end
      if about['pending'] == 0 and about['idle'] > tonumber(ARGV[8]) then
        redis.call('XGROUP', 'DELCONSUMER', stream, GROUP, about['name'])
      end
    end
  end
end
return {'OK', a.epoch, a.generation, whole(a.head), whole(a.floor), whole(a.sum - a.floor_sum),
  redis.call('HGET', account, 'confirmed')}
