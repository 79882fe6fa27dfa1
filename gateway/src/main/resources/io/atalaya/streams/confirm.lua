-- Notes that the archive has events. ARGV: their entry ids. Answers how many were not noted before.
local noted = 0
for from = 1, #ARGV, 1000 do
  noted = noted + redis.call('XACK', stream, GROUP, unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
redis.call('HINCRBY', account, 'confirmed', noted)
return noted
