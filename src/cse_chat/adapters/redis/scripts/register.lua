-- ARGV after the shared ones: deadline, durability, reply channel, user's turn, tail of its event,
-- title of a thread that begins with it.
-- Returns how many are open before it, as a list that is empty if it is settled; or why not.
local deadline, durability, reply_channel, asked, accepted, title = unpack(ARGV, 8)

if is_another() then
  return 'id-conflict'
end
if is_known() then
  if row.replies == '' and reply_channel ~= '' then
    redis.call('HSET', REQUEST, 'replies', reply_channel)
  end
  return {redis.call('ZRANK', OPEN, id)}
end
if not is_free_for(owner, user) then
  return refusal(owner)
end
register(deadline, durability, reply_channel, asked, accepted, title)
use_thread()
keep_request()
tell()
return {redis.call('ZRANK', OPEN, id)}
