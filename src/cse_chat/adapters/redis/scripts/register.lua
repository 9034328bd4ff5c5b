-- Returns how many are open before it, as a list that is empty if it is settled; or why it is not known.
if is_known then
  if replies == '' and ARGV[10] ~= '' then
    call('HSET', REQUEST, 'replies', ARGV[10])
  end
  return {call('ZRANK', OPEN, id)}
end
call('HSET', REQUEST, 'status', 'accepted', unpack(fields))
reply = {call('ZRANK', OPEN, id)}
