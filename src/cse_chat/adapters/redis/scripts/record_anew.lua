-- What `record` does, also where the thread's positions are those of another run. ARGV after the shared
-- ones: token, number of what was said first, the tails of the events.
local token, first = ARGV[8], ARGV[9]
local SAID = 10
if row.token ~= token or (meta.token and meta.token ~= token) or is_settled then
  return 0
end
local time = '"timestamp":"' .. iso_time(now) .. '",'
local said = tonumber(row.said or 0)
for n = SAID, #ARGV do
  local number = first + n - SAID
  if number > said then
    heads[#heads + 1], tails[#tails + 1] = time, ARGV[n]
    said = number
  end
end
call('HSET', REQUEST, 'said', said)
user = row.user
reply = 1
