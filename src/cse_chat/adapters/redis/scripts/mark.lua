-- Note what of the tails of requests is done. KEYS: of each its row and mailbox.
-- ARGV: run id, life of both in ms, of each what is done.
local life = tonumber(ARGV[2])
local enough = life - math.min(1000, life / 100)
local ends = server_time() + life
for n = 1, #KEYS, 2 do
  -- One that holds something else must not end the script: the others would be lost.
  if call('TYPE', KEYS[n]).ok == 'hash' then
    call('HSET', KEYS[n], 'done:' .. ARGV[2 + (n + 1) / 2], 1)
    -- Most were settled within the last second: that is too little to prolong them by.
    if call('PTTL', KEYS[n]) < enough then
      call('PEXPIREAT', KEYS[n], ends)
      call('PEXPIREAT', KEYS[n + 1], ends)
    end
  end
end
return 1
