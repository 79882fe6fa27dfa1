-- Lets expire what was awaited for too long and forgets what was settled long ago, a bounded number at once.
-- ARGV: now, most.
-- Answers the book and whether there may be more.
local now, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local c = read_counts()
local names = redis.call('ZRANGEBYSCORE', key('ends'), '-inf', ARGV[1], 'LIMIT', 0, most)
for _, name in ipairs(names) do
  local event, recipient = parts_of(name)
  local row = find(event, recipient)
  if row.state == AWAITING then
    settle(row, event, recipient, EXPIRED, now, c)
  else
    forget(name, event, recipient)
  end
end
if #names > 0 then
  write_counts(c)
end
return {totals(c), {whole(#names)}}
