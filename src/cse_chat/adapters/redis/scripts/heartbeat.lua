-- Write, publish, and say what time it is: a server that is frozen, read-only or full does not.
-- KEYS: heartbeat. ARGV: run id, milliseconds it lives. Returns seconds and microseconds.
local time = call('TIME')
call('SET', KEYS[1], time[1], 'PX', ARGV[2])
call('PUBLISH', KEYS[1], time[1])
return time
