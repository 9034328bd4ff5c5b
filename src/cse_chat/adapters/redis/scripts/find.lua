-- Read requests. KEYS: for each its row and its mailbox. ARGV: run id, 1 to leave out open ones.
-- Returns for each an empty list, or
-- thread, user, status, deadline, durability, outcome, attempt that settled it, what is done,
-- cursor behind which its events begin, rating, comment and its time.
local settled_only = ARGV[2] == '1'
local found = {}
for n = 1, #KEYS, 2 do
  local entry = {}
  if not settled_only or call('HEXISTS', KEYS[n], 'settled_by') == 1 then
    local row = read_hash(KEYS[n])
    if row.thread then
      local outcome = row.settled_by and call('GET', KEYS[n + 1]) or ''
      entry = {row.thread, row.user or '', row.status or '', row.deadline or '',
        row.durability or '', outcome, row.settled_by or '0', what_is_done(row['done:history'], row['done:dead-letter'],
          row['done:response']),
        row.begins or '', row.rating or '', row.comment or '', row.rated_at or ''}
    end
  end
  found[#found + 1] = entry
end
return found
