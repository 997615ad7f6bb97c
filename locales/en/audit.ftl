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
entry-overtaken = <b>{ $actor }</b> left { $system } as it is: a value had changed since the decision
entry-undone = <b>{ $actor }</b> undid the decision on <b>{ $field }</b>
entry-reversed = <b>{ $actor }</b> reversed <b>{ $field }</b> in { $system } to <q>{ $value }</q>
entry-policy = <b>{ $actor }</b> changed the policy of <b>{ $field }</b>: { $why }
entry-run = <b>{ $actor }</b> read { $system }: { $n ->
    [one] 1 record
   *[other] { $n } records
}, { $changed } changed
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
verification-none = None since the server was set up. A check reads every entry and takes a moment.
verification-range = Entries checked
verification-result = Result
verification-by = Started by
verification-ok = all lines fit
verification-broken = entry { $n } does not fit
verification-by-start = the start of the server
verification-by-schedule = the schedule
verification-broken-at = entry { $n } { $problem }
export-list = As a file:
export-csv = CSV
export-jsonl = JSON lines
export-format = An export is CSV or JSON lines.
export-too-long = { $n } entries are more than an export may have, which is { $most }. Narrow the list first, by its dates for example.
audit-rule = Policy version { $n }
audit-of-record = Record { $id }
audit-unreadable = Entry { $n } cannot be read. Verify the log.
said-opened = <b>{ $actor }</b> opened a conflict: <b>{ $fields }</b>
said-reopened = <b>{ $actor }</b> opened the conflict again: <b>{ $fields }</b>
said-closed = <b>{ $actor }</b> closed the conflict
said-claimed = <b>{ $actor }</b> took the conflict
said-kept = <b>{ $actor }</b> kept <b>{ $field }</b> <q>{ $value }</q> over <q>{ $lost }</q>
said-settled = <b>{ $actor }</b> settled <b>{ $field }</b>
said-settled-over = <b>{ $actor }</b> settled <b>{ $field }</b>: <q>{ $value }</q> over <q>{ $lost }</q>
said-created = <b>{ $actor }</b> let it be created where it is missing, from <q>{ $value }</q>
said-removed = <b>{ $actor }</b> let it be removed where it still is
said-sample-drawn = <b>{ $actor }</b> drew a sample of { $n } for blind review
said-sample-answered = <b>{ $actor }</b> answered a blind review of { $field }
said-asked = <b>{ $actor }</b> asked for a decision about { $field }
said-cause = <b>{ $actor }</b> said of <b>{ $field }</b> that its cause is: { $cause }
said-undone = <b>{ $actor }</b> undid the decision
said-reversed = <b>{ $actor }</b> reversed the decision on <b>{ $field }</b>
said-confirmed = <b>{ $actor }</b> wrote <b>{ $field }</b> to { $system } and read back <q>{ $value }</q>
said-accepted = <b>{ $actor }</b> wrote <b>{ $field }</b> to { $system }, which made something else of <q>{ $value }</q>
said-by-hand = <b>{ $actor }</b> asked for <b>{ $field }</b> to be written to { $system } by hand: <q>{ $value }</q>
said-retried = <b>{ $actor }</b> tried the write to { $system } again
said-target-paused = <b>{ $actor }</b> stopped writing to { $system }: it does not answer
said-target-no-sign-in = <b>{ $actor }</b> stopped reading and writing { $system }: it does not accept the sign-in
said-target-resumed = <b>{ $actor }</b> let { $system } be read and written again
said-draft = <b>{ $actor }</b> drafted a change of the policy of <b>{ $field }</b>: { $why }
said-draft-rebased = <b>{ $actor }</b> based a draft of the policies on version { $n }: { $why }
said-draft-rebased-of = <b>{ $actor }</b> based a draft that { $author } made on version { $n } of the policies: { $why }
said-draft-gone = <b>{ $actor }</b> threw away a draft of the policies: { $why }
said-draft-gone-of = <b>{ $actor }</b> threw away a draft of the policies that { $author } made: { $why }
said-shadow = <b>{ $actor }</b> put a draft of the policies in shadow for { $n } days: { $why }
said-shadow-ended = <b>{ $actor }</b> ended the shadow of a draft of the policies: { $why }
said-tidied = <b>{ $actor }</b> tidied how <b>{ $field }</b> is written
said-policy-first = <b>{ $actor }</b> put the first policies in force
said-writes-on = <b>{ $actor }</b> turned on writes to { $system }
said-writes-off = <b>{ $actor }</b> turned off writes to { $system }
said-links = <b>{ $actor }</b> imported { $n } links
said-reading-paused = <b>{ $actor }</b> paused reading { $entity } of { $system }
said-reading-resumed = <b>{ $actor }</b> let reading { $entity } of { $system } go on
said-writing-paused = <b>{ $actor }</b> paused writing { $entity } of { $system }
said-writing-resumed = <b>{ $actor }</b> let writing { $entity } of { $system } go on
said-paused = <b>{ $actor }</b> paused reading { $system }
said-resumed = <b>{ $actor }</b> let reading { $system } go on
said-configured = <b>{ $actor }</b> changed the configuration
said-configured-system = <b>{ $actor }</b> changed the configuration of { $system }
said-user-added = <b>{ $actor }</b> added the account of <b>{ $person }</b>
said-user-changed = <b>{ $actor }</b> changed an account: { $what }
said-token = <b>{ $actor }</b> issued the token <b>{ $name }</b>
said-token-revoked = <b>{ $actor }</b> revoked a token
said-signed-out = <b>{ $actor }</b> signed out
said-read = <b>{ $actor }</b> read the audit log
said-read-draft = <b>{ $actor }</b> read values that a draft of the policies of <b>{ $entity }</b> is about
said-read-trial = <b>{ $actor }</b> tried a condition on real values of <b>{ $field }</b>
said-read-explanation = <b>{ $actor }</b> read how the values of the record { $id } are judged
said-read-dry-run = <b>{ $actor }</b> read a dry run of { $entity }
said-read-record = <b>{ $actor }</b> read the audit log of record { $id }
said-exported = <b>{ $actor }</b> exported { $n } entries as { $format }
said-other = <b>{ $actor }</b>: { $what }
said-reason = reason { $reason }
said-policy-version = policy version { $n }
action-conflict-opened = Conflicts opened
action-conflict-closed = Conflicts closed
action-conflict-reopened = Conflicts opened again
action-conflict-claimed = Conflicts taken
action-decided = Decisions
action-settled-by-rule = Settled by rule
action-settled-by-itself = Settled by itself
action-review-asked = Decisions asked for
action-sample-drawn = Samples drawn
action-sample-answered = Samples answered
action-cause-corrected = Causes corrected
action-group-decided = Groups decided
action-incident-opened = Incidents opened
action-incident-decided = Incidents answered
action-incident-ended = Incidents ended
action-undone = Decisions undone
action-reversed = Decisions reversed
action-delivery-confirmed = Writes confirmed
action-delivery-accepted-with-changes = Writes changed by their system
action-delivery-refused = Writes refused
action-delivery-overtaken = Writes overtaken
action-delivery-by-hand = Writes by hand
action-delivery-retried = Writes tried again
action-target-paused = Systems left alone
action-target-resumed = Systems read and written again
action-run-ended = Runs
action-run-failed = Runs failed
action-policy-changed = Policy changes
action-policy-drafted = Policy changes drafted
action-policy-draft-rebased = Policy drafts brought up to date
action-policy-draft-discarded = Policy drafts thrown away
action-policy-shadow-started = Policy drafts put in shadow
action-policy-shadow-ended = Shadows of policy drafts ended
action-configuration-changed = Configuration changes
action-writes-enabled = Writes turned on
action-writes-disabled = Writes turned off
action-links-imported = Links imported
action-user-added = Accounts added
action-user-changed = Accounts changed
action-token-issued = Tokens issued
action-token-revoked = Tokens revoked
action-signed-in = Sign-ins
action-sign-in-failed = Sign-ins failed
action-signed-out = Sign-outs
action-read = Readings of the log
action-exported = Exports
action-demo-edited = Demo edits
settings-broken = broken: an entry is not as it was written
said-report = <b>{ $actor }</b> has <q>{ $view }</q> mailed at { $at }, { $day ->
    [monday] on Mondays
    [tuesday] on Tuesdays
    [wednesday] on Wednesdays
    [thursday] on Thursdays
    [friday] on Fridays
    [saturday] on Saturdays
    [sunday] on Sundays
   *[daily] every day
}
said-report-once = <b>{ $actor }</b> had <q>{ $view }</q> mailed once
said-report-ended = <b>{ $actor }</b> ended the reports of <q>{ $view }</q>
said-report-mailed = <b>{ $actor }</b> was mailed { $n } rows of <q>{ $view }</q>
