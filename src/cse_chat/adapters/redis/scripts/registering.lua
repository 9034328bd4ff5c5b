-- Make an accepted request known, if it is not, with the user's turn.
-- ARGV after the shared ones: deadline, durability, reply channel, user's turn, tail of its event,
-- title of a thread that begins with it.
-- A tenth key, if there is one, is the mark of the partition that the request came from.
if KEYS[10] and call('HGET', KEYS[10], 'run_id') ~= run_id then
  return {'incomplete'}
end
if is_another then
  return {'id-conflict'}
end
if not is_known then
  local refused = refusal(owner, user)
  if refused then
    return {refused}
  end
  local deadline, durability, reply_channel, asked, accepted = unpack(ARGV, 8, 12)
  title = ARGV[13]
  -- Before anything else is written: a key that holds something else fails here.
  is_listed = call('ZADD', LISTED, now_us, thread) == 1
  -- They stand in the order they came, however many in a millisecond.
  local last = open_before > 0 and call('ZRANGE', OPEN, -1, -1, 'WITHSCORES')[2] or 0
  opens = math.max(now, last + 1)
  is_opened = open_before == 0
  added, length = 1, call('RPUSH', MESSAGES, asked)
  fields = {'thread', thread, 'user', user, 'deadline', deadline, 'durability', durability,
    'replies', reply_channel, 'asked', 1, 'begins', epoch .. '-' .. offset}
  heads[1], tails[1] = '"queue_position":' .. open_before .. ',', accepted
end
