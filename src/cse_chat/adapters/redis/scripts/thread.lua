-- Read how a thread stands. KEYS: owner, meta, open requests, threads of the user.
-- ARGV: run id, user, thread.
-- Returns an empty list if nothing is kept of it or it is not the user's, or title, when it was made,
-- when it was used last (both in ms), turns, whether requests are open, epoch (that of nothing if its
-- events may lack the last second), offset.
local OWNER, META, OPEN, LISTED = unpack(KEYS)
local _, user, thread = unpack(ARGV)

if call('GET', OWNER) ~= user then
  return {}
end
local meta = read_hash(META)
local used = call('ZSCORE', LISTED, thread)
if not meta.turns or not used then
  return {}
end
local epoch, offset = meta.epoch, meta.offset or '0'
if meta.run_id ~= run_id then
  epoch, offset = nothing_yet(), '0'
end
return {meta.title or '', meta.created, math.floor(used / 1000), meta.turns,
  call('ZCARD', OPEN) > 0 and 1 or 0, epoch, offset}
