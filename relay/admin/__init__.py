"""`athand-admin`: makes the organisation, and keeps its register of staff. Works on local files only.

files      careful writing: private, whole or not at all
folder     what the relay is run with (DIR/relay); the relay reads it through here too
register   who was invited, certified and revoked (DIR/offline/register.json)
home       the two folders of one organisation, keys and passphrases
organise   init
people     invite, approve, staff
approved   who is approved, by the register or by the relay's certificates
devices    bundle
revoking   revoke, refresh
checking   verify
spool      changes of the desk's book on their way to a relay that runs
desk       the commands about the desk's book
__main__   the command line: every mistake ends in one sentence and exit code 2
"""
