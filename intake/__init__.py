"""intake REMEMBERS: the record of calls, requests, callbacks, helpers and staff, and the operators' pages.

Lives here: settings and the district's profile, the database and its encryption, the life cycles,
the callback queue, staff accounts and audit, the public site and the operators' desk.
May import: nothing of ours. The rooms above hand in a clock and a ``nudge`` when an app is made.
"""
