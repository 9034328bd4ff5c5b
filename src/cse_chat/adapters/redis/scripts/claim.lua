-- ARGV after the shared ones: deadline, durability, reply channel, user's turn, tail of its event,
-- title of a thread that begins with it, token, lease, how many of the newest turns to return, tail
-- of the attempt's event.
-- A tenth key, if there is one, is the mark of the partition that the request came from.
local deadline, durability, reply_channel, asked, accepted, title, token, lease, newest, started =
  unpack(ARGV, 8)

if KEYS[10] and redis.call('HGET', KEYS[10], 'run_id') ~= run_id then
  return {'incomplete'}
end

if is_another() then
  return {'id-conflict'}
end
if is_settled() then
  return settlement()
end
local is_new = not is_known()
if is_new then
  if not is_free_for(owner, user) then
    return {refusal(owner)}
  end
  register(deadline, durability, reply_channel, asked, accepted, title)
end
-- The same call once more, because its reply got lost: the same claim.
local again = row.token == token and is_claimed_by(token)
local is_busy = not again and meta.lease and tonumber(meta.lease) > now
if not is_busy then
  if not again then
    if row.status == 'running' then
      row.spent = row.spent + 1 -- it was not released: whoever ran it is gone
    end
    row.attempt, row.said = row.attempt + 1, 0
  end
  note('attempt', row.attempt, 'spent', row.spent, 'token', token, 'status', 'running',
    'said', row.said)
  if not again then
    record('"attempt":' .. row.attempt .. ',"timestamp":"' .. iso_time(now) .. '",', started)
  end
  change('claimed', id, 'token', token, 'lease', now + lease)
end
if is_new or not is_busy then
  use_thread()
  keep_request()
  tell()
end
if is_busy then
  return {'busy'}
end
local turns = newest ~= '0' and redis.call('LRANGE', MESSAGES, -newest, -1) or {}
return {'claimed', tonumber(row.attempt), tonumber(row.spent), turns}
