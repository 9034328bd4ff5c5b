-- Arguments as those of a claim, without a token.
if not found or string.sub(found, 1, 9) ~= 'accepted ' then
  call('SET', OFFER, cmsgpack.pack(ARGV), 'PX', OFFER_LIFE)
  return {'offered'}
end
-- The request, its thread, its user, the user's turn: anybody can have it hinted at.
local layout = table.remove(ARGV)
if found ~= 'accepted ' .. table.concat({ARGV[5], ARGV[6], ARGV[7], ARGV[11], layout}, ' ') then
  return {'foreign'}
end
