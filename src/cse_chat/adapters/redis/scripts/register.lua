-- ARGV after the shared ones: deadline, durability, reply channel, user's turn, tail of its event,
-- title of a thread that begins with it.
local deadline, durability, reply_channel, asked, accepted, title = unpack(ARGV, 8)

if is_another() then
  return 'id-conflict'
end
if is_known() then
  if row.replies == '' and reply_channel ~= '' then
    redis.call('HSET', REQUEST, 'replies', reply_channel)
  end
  return 'ok'
end
if not is_free_for(owner, user) then
  return refusal(owner)
end
register(deadline, durability, reply_channel, asked, accepted, title)
use_thread()
keep_request()
tell()
return 'ok'
