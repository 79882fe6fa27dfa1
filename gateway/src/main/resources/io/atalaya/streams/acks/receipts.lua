-- Everyone that an event was delivered to.
-- ARGV: event.
-- Answers a recipient and its entry in turn.
local answer = {}
local fields = redis.call('HGETALL', key('event:' .. ARGV[1]))
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 2) == 'r ' then
    answer[#answer + 1] = string.sub(fields[i], 3)
    answer[#answer + 1] = fields[i + 1]
  end
end
return answer
