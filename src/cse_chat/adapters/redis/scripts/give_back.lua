-- Give the place of a request free that was not accepted, if it still has it.
end_reservation()
return 1
