-- ARGV after the shared ones: token, lease.
local token, lease = unpack(ARGV, 8)
if holder ~= token or (thread_holder and thread_holder ~= token) then
  return 0
end
if owner == DELETED then
  return 0 -- and nothing is written of the thread
end
keep_request() -- first, because it is not refused when the memory is full, nor what follows it
call('HSET', META, 'claimed', id, 'token', token, 'lease', now + lease)
if call('PTTL', META) < tonumber(lease) then
  keep_thread()
end
-- Settled by another: the agent must stop, and keeps the thread until it has.
return is_settled and 0 or 1
