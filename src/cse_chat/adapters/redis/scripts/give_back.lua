-- Give the place of a request free that was not accepted, if it still has it.
if reserved_for == id then
  call('HDEL', META, 'reserved', 'reserved_until')
end
return 1
