-- ARGV after the shared ones: token, 1 if the attempt is spent and else 0.
local token, spent = unpack(ARGV, 8)
if holder ~= token then
  return 0
end
call('HDEL', REQUEST, 'token')
if thread_holder == token then
  call('HDEL', META, 'claimed', 'lease')
end
call('HINCRBY', REQUEST, 'spent', spent)
if not is_settled then
  call('HSET', REQUEST, 'status', 'accepted')
end
keep_request()
return 1
