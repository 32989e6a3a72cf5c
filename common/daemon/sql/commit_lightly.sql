-- This transaction need not be on disk when it is answered: nobody was told or promised anything.
select set_config('synchronous_commit', 'off', true)
