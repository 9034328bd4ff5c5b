-- Returns a list: how many are open before it, nothing if it is settled, or why it is not known.
if is_known then
  if replies == '' and ARGV[10] ~= '' then
    call('HSET', REQUEST, 'replies', ARGV[10])
  end
  return {call('ZRANK', OPEN, id)}
end
call('HSET', REQUEST, 'status', 'accepted', 'attempt', 0, 'spent', 0, unpack(fields))
call('ZADD', OPEN, opens, id)
opens, reply = nil, {call('ZRANK', OPEN, id)}
