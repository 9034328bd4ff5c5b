-- Own a thread, and keep its place for a request if no other is open or has it.
-- ARGV after the shared ones: milliseconds for which it is kept.
local lease = ARGV[8]
local refused = refusal(owner, user)
if refused then
  return refused
end
local is_reserved = reserved_for and reserved_for ~= id
  and tonumber(call('HGET', META, 'reserved_until')) > now
-- What was registered before the life of a request is over: it is past its deadline since long.
if is_reserved or call('ZCOUNT', OPEN, now - answer_life, '+inf') > 0 then
  return 'busy'
end
own(OWNER, user)
if is_known then
  return 'ok' -- its place is over, as it would be had it been reserved before
end
call('HSET', META, 'reserved', id, 'reserved_until', now + lease)
if call('PTTL', META) < tonumber(lease) then
  keep_thread()
end
return 'ok'
