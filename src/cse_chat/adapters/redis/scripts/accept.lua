-- ARGV after the shared ones: the user's turn. The arguments of the claim are those that were offered.
if not found or string.sub(found, 1, 9) == 'accepted ' then
  call('SET', OFFER, 'accepted ' .. table.concat(ARGV, ' ', 5), 'PX', OFFER_LIFE)
  return {'accepted'}
end
local mine = ARGV
local ARGV = cmsgpack.unpack(found)
-- The request, its thread, its user, the user's turn: anybody can have it hinted at.
if table.remove(ARGV) ~= mine[9] or ARGV[5] ~= mine[5] or ARGV[6] ~= mine[6]
  or ARGV[7] ~= mine[7] or ARGV[11] ~= mine[8] then
  return {'foreign'}
end
