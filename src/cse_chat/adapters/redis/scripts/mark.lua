-- Note what of the tail of a request is done. KEYS: its row and mailbox. ARGV: run id, life of
-- both in ms, the tail.
local life, tail = ARGV[2], ARGV[3]
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], 'done:' .. tail, 1)
local ends = server_time() + life
redis.call('PEXPIREAT', KEYS[1], ends)
redis.call('PEXPIREAT', KEYS[2], ends)
return 1
