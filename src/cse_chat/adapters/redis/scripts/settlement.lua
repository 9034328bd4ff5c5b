-- What is said of a request that is settled.
local function settlement()
  local fields = read_hash(REQUEST)
  return {'settled', call('GET', MAILBOX), fields.durability or '', fields.settled_by or '0',
    what_is_done(fields)}
end
