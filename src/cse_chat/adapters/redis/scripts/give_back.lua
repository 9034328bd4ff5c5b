-- Give the place of a request free that was not accepted, if it still has it.
if meta.reserved == id then
  call('HDEL', META, 'reserved', 'reserved_until')
end
return 1
