audit-title = Audit
audit-entries = Entries
audit-find = Find a person, record, value or entry
audit-from = From
audit-to = To
audit-entry = Entry { $n }
audit-entry-link = Open entry { $n }
audit-line = Line
audit-previous-line = Line before
audit-found = { $n ->
    [one] <b>1 entry</b>
   *[other] <b>{ $n } entries</b>
}, newest first
audit-found-query = { $n ->
    [one] <b>1 entry</b>
   *[other] <b>{ $n } entries</b>
} matching { $query }, newest first
empty-audit-title = No entry matches
empty-audit-text = Take away a filter, or widen the dates.
day-today = Today
day-yesterday = Yesterday
facet-action = Action
facet-person = Person
facet-reason = Reason

# Each entry as a sentence; the actor first.
entry-opened = <b>{ $actor }</b> opened a conflict on <b>{ $field }</b>, { $system } differs
entry-kept = <b>{ $actor }</b> kept { $system }’s <b>{ $field }</b> <q>{ $value }</q> over { $other }’s <q>{ $lost }</q>
entry-typed = <b>{ $actor }</b> typed <b>{ $field }</b> <q>{ $value }</q>
entry-left = <b>{ $actor }</b> left <b>{ $field }</b> different until { $until }
entry-settled-rule = <b>{ $actor }</b> settled <b>{ $field }</b> by rule, { $system }’s <q>{ $value }</q> over { $other }’s <q>{ $lost }</q>
entry-settled-itself = <b>{ $actor }</b> found <b>{ $field }</b> settled by itself
entry-confirmed = <b>{ $actor }</b> confirmed { $system } now holds <q>{ $value }</q>
entry-refused = <b>{ $actor }</b> was refused by { $system }: <q>{ $said }</q>
entry-overtaken = <b>{ $actor }</b> wrote nothing to { $system }: it had changed first
entry-undone = <b>{ $actor }</b> undid the decision on <b>{ $field }</b>
entry-reversed = <b>{ $actor }</b> reversed <b>{ $field }</b> in { $system } to <q>{ $value }</q>
entry-policy = <b>{ $actor }</b> changed the policy of <b>{ $field }</b>: { $why }
entry-run = <b>{ $actor }</b> read { $system }: { $n } records, { $changed } changed
entry-run-failed = <b>{ $actor }</b> could not read { $system }: <q>{ $said }</q>
entry-signed-in = <b>{ $actor }</b> signed in
entry-sign-in-failed = Somebody could not sign in as <q>{ $login }</q>
entry-read = <b>{ $actor }</b> looked at { $what }
entry-configured = <b>{ $actor }</b> changed the configuration: { $what }
entry-user = <b>{ $actor }</b> changed the account of <b>{ $person }</b>

chain-verified = <b>Verified</b> up to entry <b>{ $n }</b>, { $when }
chain-checking = <b>Checking</b>: { $done } of { $of } entries
chain-broken = <b>Broken at entry { $n }</b>, found { $when }
chain-unchecked = Not checked since the start
verification-title = Is the audit log as it was written?
verification-now = Check all now
verification-how = Each entry carries a line made from its own bytes and the line before it. Changing, removing or moving any entry breaks every line after it, so a check finds the first one that does not fit.
verification-outside = The same check works without this server, on the database or an export:
verification-entries = Entries
verification-head = Newest line
verification-checks = Checks so far
verification-range = Entries checked
verification-result = Result
verification-by = Started by
verification-ok = all lines fit
verification-broken = entry { $n } does not fit
verification-by-start = the start of the server
verification-by-schedule = the schedule
