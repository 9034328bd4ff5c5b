-- ARGV after the shared ones: what of the tail is done.
if not is_known() then
  return 0
end
redis.call('HSET', REQUEST, 'done:' .. ARGV[8], 1)
keep_request()
return 1
