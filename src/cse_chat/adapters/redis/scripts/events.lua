-- Read a thread's events. KEYS: events, meta, open requests, owner. ARGV: run id, epoch that the reader
-- knows ('' for none; zeros with offset 0: any), offset, how many at most, beyond how many bytes no other.
-- Returns epoch (if nothing is kept, that of nothing), last offset, the oldest one that is kept (0 for
-- none), whether requests are open, the events behind the offset, or the oldest where it cannot follow,
-- whether the thread is deleted, and the epoch of nothing.
local EVENTS, META, OPEN, OWNER = unpack(KEYS)
local epoch, after = ARGV[2], ARGV[3]
local most, most_bytes = tonumber(ARGV[4]), tonumber(ARGV[5])
local AT_ONCE = 10 -- of large ones many would be read for nothing
local ANY = string.rep('0', 16)
local NOTHING = nothing_yet()

local busy = call('ZCARD', OPEN) > 0 and 1 or 0
local meta = call('HMGET', META, 'run_id', 'epoch', 'offset')
-- Of another run: what is kept may lack the last second, and goes with the next event.
if meta[1] ~= run_id then
  -- Asked only here: a deleted thread has no meta.
  return {NOTHING, 0, 0, busy, {}, call('GET', OWNER) == DELETED and 1 or 0, NOTHING}
end
local last = tonumber(meta[3])
local oldest = call('XRANGE', EVENTS, '-', '+', 'COUNT', 1)[1]
local first = oldest and tonumber(string.match(oldest[1], '^%d+')) or last + 1
local start = tonumber(after)
local is_known = epoch == meta[2] or (start == 0 and (epoch == ANY or epoch == NOTHING))
if not is_known or start < first - 1 or start > last then
  start = first - 1
end
local events, bytes = {}, 0
while start < last and #events < most and bytes < most_bytes do
  local count = math.min(AT_ONCE, most - #events)
  local entries = call('XRANGE', EVENTS, (start + 1) .. '-0', '+', 'COUNT', count)
  for _, entry in ipairs(entries) do
    if bytes < most_bytes then
      events[#events + 1] = entry[2][2]
      bytes = bytes + #entry[2][2]
    end
  end
  start = #entries < count and last or start + count
end
return {meta[2], last, oldest and first or 0, busy, events, 0, NOTHING}
