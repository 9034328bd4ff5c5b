-- What `record` does, also where the thread's positions are those of another run. ARGV after the shared
-- ones: token, number of what was said first, the tails of the events.
local token, first = ARGV[8], ARGV[9]
local SAID = 10
if holder ~= token or (thread_holder and thread_holder ~= token) or is_settled then
  return 0
end
local time = '"timestamp":"' .. iso_time(now) .. '",'
said = tonumber(said or 0)
for n = SAID, #ARGV do
  local number = first + n - SAID
  if number > said then
    heads[#heads + 1], tails[#tails + 1] = time, ARGV[n]
    said = number
  end
end
call('HSET', REQUEST, 'said', said)
user = known_user
reply = 1
