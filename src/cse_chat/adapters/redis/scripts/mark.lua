-- Note what of the tails of requests is done. KEYS: of each its row and mailbox.
-- ARGV: run id, life of both in ms, of each what is done.
local ends = server_time() + ARGV[2]
for n = 1, #KEYS, 2 do
  -- One that holds something else must not end the script: the others would be lost.
  if call('TYPE', KEYS[n]).ok == 'hash' then
    call('HSET', KEYS[n], 'done:' .. ARGV[2 + (n + 1) / 2], 1)
    call('PEXPIREAT', KEYS[n], ends)
    call('PEXPIREAT', KEYS[n + 1], ends)
  end
end
return 1
