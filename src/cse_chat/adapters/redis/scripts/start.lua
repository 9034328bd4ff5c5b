-- ARGV after the shared ones: token.
local token = ARGV[8]
if row.token ~= token or is_settled() or not is_claimed_by(token) then
  return 0
end
keep_request() -- first, because it is not refused when the memory is full, nor what follows it
redis.call('HSET', REQUEST, 'status', 'running')
return 1
