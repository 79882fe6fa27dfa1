-- What a recipient has still to acknowledge, in log order.
-- ARGV: tenant and recipient, the place behind which to begin or '', most.
local min = ARGV[2] == '' and '-' or '(' .. ARGV[2] .. '!'
local found = redis.call('ZRANGEBYLEX', key('owed:' .. ARGV[1]), min, '+', 'LIMIT', 0, tonumber(ARGV[3]))
local answer = {}
for _, member in ipairs(found) do
  local event, recipient = parts_of(string.match(member, '^%d+ (.*)$'))
  answer[#answer + 1] = waiting(event, recipient)
end
return answer
