-- Read turns by their numbers, from 1. KEYS: messages, meta. ARGV: run id, number of the last
-- turn that is known, most turns. Returns the number before the first one, and the turns.
local behind, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local length = call('LLEN', KEYS[1])
local dropped = math.max(tonumber(call('HGET', KEYS[2], 'turns') or 0) - length, 0)
local start = math.max(behind - dropped, 0)
return {dropped + start, call('LRANGE', KEYS[1], start, start + most - 1)}
