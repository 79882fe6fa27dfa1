-- Begins a new epoch, unless another node has done so since. ARGV: the epoch to end, the new one, the new generation.
local a = open_account()
if not a then
  return {'GONE'}
end
if a.epoch == ARGV[1] then
  a.epoch, a.generation = ARGV[2], ARGV[3]
  redis.call('HSET', account, 'epoch', a.epoch, 'generation', a.generation, 'base', whole(a.head))
end
return {'OK', a.epoch, a.generation, whole(a.head), redis.call('HGET', account, 'base')}
