-- What one gateway has to send again, the longest due first.
-- ARGV: which gateway, now, most.
local answer = {}
local found = redis.call('ZRANGEBYSCORE', key('due:' .. ARGV[1]), '-inf', ARGV[2], 'LIMIT', 0, tonumber(ARGV[3]))
for _, name in ipairs(found) do
  local event, recipient = parts_of(name)
  answer[#answer + 1] = waiting(event, recipient)
end
return answer
