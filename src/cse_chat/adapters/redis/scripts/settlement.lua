-- What is said of a request that is settled.
local settlement
if is_settled then
  local durability, attempt, history = unpack(
    call('HMGET', REQUEST, 'durability', 'settled_by', 'done:history'))
  settlement = {'settled', call('GET', MAILBOX), durability or '', attempt or '0',
    what_is_done(history, is_dead_letter, is_response)}
end
