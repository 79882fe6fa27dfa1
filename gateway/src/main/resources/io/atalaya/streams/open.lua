-- Finds the partition, or makes it. ARGV: partitions, an epoch for a new one, archived.
-- Answers OK, epoch, generation, head, base; or PARTITIONS with the number that it was made with; or DAMAGED.
local partitions = redis.call('HGET', account, 'partitions')
local there = redis.call('EXISTS', stream) == 1
if partitions and partitions ~= ARGV[1] then
  return {'PARTITIONS', partitions}
end
if not partitions then
  if there then
    return {'DAMAGED'}
  end
  redis.call('DEL', ids, order, readers)
  redis.call('HSET', account, 'partitions', ARGV[1], 'epoch', ARGV[2], 'generation', 1, 'base', 0, 'head', 0, 'at', 0,
    'sum', 0, 'floor', 0, 'floor_sum', 0, 'confirmed', 0)
end
local a = open_account()
if not there and a.head > 0 then
  return {'DAMAGED'}
end
if ARGV[3] == '1' then
  -- from the very beginning, never from the end: what was stored while there was no group is to be archived too
  local made = redis.pcall('XGROUP', 'CREATE', stream, GROUP, '0', 'MKSTREAM')
  if not made.err then
    redis.call('HSET', account, 'confirmed', whole(a.floor))
  elseif string.sub(made.err, 1, 9) ~= 'BUSYGROUP' then
    return made
  end
end
return {'OK', a.epoch, a.generation, whole(a.head), redis.call('HGET', account, 'base')}
