"""The commands about the desk's book: how the desk is set up, with whom, on what terms.

They work beside a relay that runs, and without one.

ledger      reads the book, and gets changes into it
words       what is typed and shown the same way everywhere
setting     desk, staff-profile
terms       calendar, contract
parties     customer, user, machine
duty        rota, stand-in, absence, schedule
watching    threshold
people_csv  many users from a table
"""
