-- Keep what a user thinks of an answer. KEYS: the request's row.
-- ARGV: run id, user, rating, comment, time in ms. Returns the thread, or why not.
local ROW = KEYS[1]
local _, user, rating, comment, at = unpack(ARGV)

local row = call('HMGET', ROW, 'user', 'status', 'thread')
if row[1] ~= user then
  return {'unknown'}
end
if row[2] ~= 'answered' then
  return {'unanswered'}
end
call('HSET', ROW, 'rating', rating, 'comment', comment, 'rated_at', at)
return {'kept', row[3]}
