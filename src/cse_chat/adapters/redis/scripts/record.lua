-- What an attempt says, in a thread whose positions are those of this run of the server: no more is read
-- and written than that takes, for a follower waits for it. Returns -1 in another thread, and 0 to
-- whoever has lost the claim.
local REQUEST, META, EVENTS, STREAM = unpack(KEYS)
-- ARGV after that of the run: token, number of what was said first, the tails of the events.
local token, first = ARGV[2], ARGV[3]
local SAID = 4

local holder, status, known = unpack(call('HMGET', REQUEST, 'token', 'status', 'said'))
local begun, epoch, offset, claimed = unpack(
  call('HMGET', META, 'run_id', 'epoch', 'offset', 'token'))
if holder ~= token or status ~= 'running' or (claimed and claimed ~= token) then
  return 0
end
if begun ~= run_id then
  return -1
end

known, offset = tonumber(known or 0), tonumber(offset)
local time = '"timestamp":"' .. iso_time(server_time()) .. '",'
local told = {}
for n = SAID, #ARGV do
  local number = first + n - SAID
  if number > known then
    known, offset = number, offset + 1
    told[#told + 1] = keep_event(EVENTS, epoch, offset, time, ARGV[n])
  end
end
call('HSET', REQUEST, 'said', known)
call('HSET', META, 'offset', offset)
for _, event in ipairs(told) do
  call('PUBLISH', STREAM, event)
end
return 1
