-- Write what a step has left, say what it has to say, and return its reply.
if uses_thread then
  if opens then
    call('ZADD', OPEN, opens, id)
  end
  if begins and has_events then
    call('DEL', EVENTS) -- those of another epoch are of no more use
    has_events = false
  end
  for n = 1, #tails do
    offset = offset + 1
    tails[n] = keep_event(EVENTS, epoch, offset, heads[n], tails[n])
  end

  -- How many there ever were gives each turn a number that stays when older ones are dropped.
  if added > 0 then
    local n = #changes
    changes[n + 1] = 'turns'
    changes[n + 2] = math.max(tonumber(turns or 0), length - added) + added
    if title ~= '' and not known_title then
      changes[n + 3], changes[n + 4] = 'title', title
    end
  end
  -- A thread's place is kept for one that is being accepted; who has become known needs it no more.
  if not is_known and reserved_for == id then
    call('HDEL', META, 'reserved', 'reserved_until')
  end

  -- To prolong the life of a thread costs as much as six calls: one that is known to have been kept
  -- less than a hundredth of its life ago is left as it is. Whoever makes a key keeps it.
  local keeps = begins or not has_events or turns_before == 0 or is_listed or not owner
    or not kept_at or now - kept_at > history_life / 100
  if begins then
    if not last_offset then
      local n = #changes
      changes[n + 1], changes[n + 2] = 'created', now
    end
    call('HSET', META, 'offset', offset, 'run_id', run_id, 'epoch', epoch, 'kept_at', now,
      'aged_at', now, 'aged_offset', offset, unpack(changes))
  elseif keeps then
    call('HSET', META, 'offset', offset, 'kept_at', now, unpack(changes))
  else
    call('HSET', META, 'offset', offset, unpack(changes))
  end
  -- Events go when they are older than the history's life, too, at latest when they are twice as old.
  if not begins and now - (aged_at or now) > history_life then
    call('XTRIM', EVENTS, 'MINID', call('HGET', META, 'aged_offset') + 1)
    call('HSET', META, 'aged_at', now, 'aged_offset', offset)
  end
  if keeps then
    own(OWNER, user)
    local ends = now + history_life
    -- The thread's keys but its owner end together; the first is there while requests are open.
    for n = (is_opened or open_before > 0) and 4 or 5, 7 do
      call('PEXPIREAT', KEYS[n], ends)
    end
    call('PEXPIREAT', LISTED, ends)
  elseif is_opened then
    call('PEXPIREAT', OPEN, kept_at + history_life)
  end
  -- Threads whose history ran out are left out by who reads the list, and go when another thread
  -- comes; an attempt may prolong a history, but not beyond its request.
  if not last_offset then
    local oldest = now_us - 1000 * (history_life + answer_life)
    call('ZREMRANGEBYSCORE', LISTED, '-inf', oldest)
  end
end
call('PEXPIREAT', REQUEST, now + answer_life)

for n = 1, #tails do
  call('PUBLISH', STREAM, tails[n])
end
for n = 1, #announced, 2 do
  call('PUBLISH', announced[n], announced[n + 1])
end
return reply
