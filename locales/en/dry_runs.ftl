dry-runs-title = Dry run
dry-runs-lead = Compares what systems hold now. Nothing is written to any system, and no conflict is opened.
dry-run-systems = Systems to compare
dry-run-systems-tip = Two or more. Records are brought together by the identifier they share.
dry-run-start = Start the dry run
dry-runs-recent = Dry runs of late
dry-runs-kept = The newest five are kept for a day, and none over a restart.
dry-run-title = Dry run of { $entity }
dry-run-title-running = Running: dry run of { $entity }
dry-run-stop = Stop
dry-run-look-again = Look again
dry-run-watched = This page looks again every 2 seconds.
dry-run-watch-stop = Stop looking
dry-run-watch = Look again by itself
dry-run-progress = Records compared
dry-run-progress-line = { $done } of about { $of } records compared
dry-run-found = { $n ->
    [one] 1 difference
   *[other] { $n } differences
}
dry-run-lead = { $n ->
    [0] <b>No differences</b>, nothing written
    [one] <b>1 difference</b>, nothing written
   *[other] <b>{ $n } differences</b>, nothing written
}
dry-run-stopped = Stopped
dry-run-was-stopped = This dry run was stopped before its end
dry-run-failed = This dry run stopped
dry-run-failed-advice = Look at the system’s page and its last run, then start again.
dry-run-too-long = This dry run was ended after { $n } minutes
dry-run-too-long-advice = Compare fewer systems at once, or use the command referee sync --dry-run, which has no limit.
dry-run-again = Start another
dry-run-gone = This dry run is no longer kept: reports go after a day and when the server starts
dry-run-no-report = This dry run has no report: it is not at its end, or did not reach it
dry-run-none-title = Nothing to compare
dry-run-none-text = No kind of record is mapped in two systems. Connect a second one, then come back.
dry-run-download = Download the report
dry-run-compared = { $n } records compared: { $agree } agree, { $differ } differ
dry-run-left-out = { $n } left out: a row stands twice or cannot be read
dry-run-lacking = { $n } { $n ->
    [one] is
   *[other] are
} not in { $system }
dry-run-cut = The report holds the first { $n } differences; all are counted. The command referee sync --dry-run writes them all.
dry-run-by-field = By field
dry-run-all = Differences
dry-run-settle = Settled by rule
dry-run-review = For review
dry-run-stand = Left different
dry-run-written = Only written differently
dry-run-whole = The record itself
dry-run-stands = Stands as decided
dry-run-filter = { $field }: { $would }
dry-run-would-settle = settled, { $by }
dry-run-would-review = For review: { $why }
dry-run-keeps = Settled: { $system }’s value is kept
dry-run-key = Record
dry-run-values = Values
dry-run-held-by = Held by
dry-run-would = What a run would do
dry-run-range = { $from } to { $to } of { $n }
dry-run-rows = Differences
dry-run-rows-none = No difference fits this.
dry-run-why-no_rule = no rule
dry-run-why-always_reviewed = always reviewed
dry-run-why-no_source = the source of truth has no say here
dry-run-why-never_agreed = the systems never agreed
dry-run-why-blank_wins = a blank would replace a value
dry-run-why-human_edit = changed by hand
dry-run-why-bulk = one of many changes made at once
dry-run-why-no_time = a time of change is not known
dry-run-why-too_close = closer than the clocks can tell
dry-run-why-unreadable = a value cannot be read
dry-run-why-invalid = a value is not of its field’s kind
dry-run-why-no_priority = none of the trusted systems has a value
dry-run-why-not_ordered = these values have no order
dry-run-why-not_lists = these values are no lists
dry-run-why-too_few = too few systems for a majority
dry-run-why-tie = two values stand equal
dry-run-why-same_change = two systems made the same change
dry-run-why-incident = an open incident holds it
dry-run-why-reopened = a person asked to decide it
dry-run-why-flapping = rules settled it again and again
dry-run-why-review_if = the policy’s condition asks for a person
dry-run-why-review_if_failed = the policy’s condition gives no answer
problem-dry-run-systems = Choose at least two systems to compare
settings-routing = Routing
settings-routing-text = Who decides new conflicts, who owns a field, and where overdue ones go.
settings-dry-runs = Dry run
settings-dry-runs-text = What systems disagree about now, without writing anything
