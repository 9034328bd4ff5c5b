-- Returns how many are open before it, as a list that is empty if it is settled; or why it is not known.
if is_known then
  if row.replies == '' and ARGV[10] ~= '' then
    redis.call('HSET', REQUEST, 'replies', ARGV[10])
  end
  return {redis.call('ZRANK', OPEN, id)}
end
redis.call('HSET', REQUEST, 'status', 'accepted', unpack(fields))
reply = {redis.call('ZRANK', OPEN, id)}
