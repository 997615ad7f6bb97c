conflict-title = { $name }, { $n ->
    [one] 1 field disagrees
   *[other] { $n } fields disagree
}
conflict-title-asked = { $name }, a decision is asked for
conflict-position = { $at } of { $total }
conflict-decided = { $decided } of { $total } decided
conflict-agreed = { $n ->
    [one] 1 field agrees
   *[other] { $n } fields agree
}
conflict-timeline = Timeline
conflict-last-agreed = Last agreed:
conflict-presence = { $name } is on this, { $when }
assigned-you = Assigned to you
assigned-other = Assigned to { $name }
assigned-nobody = Assigned to nobody

column-field = Field
column-agreed = Last agreed
column-decision = Decision
column-read = read { $when }
grid-decided = The values as they were when this was decided
grid-settled = The values as they were before all systems agreed
column-unreadable = not readable since { $when }
agreed-unknown = Never known to agree
rows-differ = { $n } of { $total } differ
whole-texts = Whole texts
whole-text = Whole text { $n }

# The verdict: facts only.
verdict-count = { $n ->
    [one] { $n } of { $total } fields disagrees.
   *[other] { $n } of { $total } fields disagree.
}
verdict-hidden = { $n ->
    [one] <b>1</b> of them is hidden from your role.
   *[other] <b>{ $n }</b> of them are hidden from your role.
}
verdict-record-missing = The record exists in { $there }, but not in { $missing }.
verdict-record-spared = { $systems } { $n ->
    [one] does not have it either, and need not.
   *[other] do not have it either, and need not.
}
verdict-changed = { $who } changed <b>{ $field }</b> in { $system } { $when }.
verdict-changed-spread = { $who } changed <b>{ $field }</b> in { $system } { $when } and { $others } { $n ->
    [one] has it
   *[other] have it
}.
verdict-changed-only = <b>{ $field }</b> { $n ->
    [one] was
   *[other] were
} changed in { $systems } only.
verdict-changed-only-many = <b>{ $n } more fields</b> were changed in { $systems } only.
verdict-clash = <b>{ $field }</b> { $n ->
    [one] was
   *[other] were
} changed to different values in { $systems }.
verdict-clash-many = <b>{ $n } more fields</b> were changed to different values in { $systems }.
verdict-holds = <b>{ $system }</b> still { $n ->
    [one] holds
   *[other] hold
} what all systems agreed { $when }.
verdict-asked = <b>{ $name }</b> asked for a decision on <b>{ $field }</b>: <q>{ $reason }</q>
verdict-asked-agreed = <b>{ $name }</b> asked for a decision on <b>{ $field }</b>, on which all systems agree: <q>{ $reason }</q>
verdict-no-base = They have never been known to agree on <b>{ $field }</b>.
verdict-no-base-many = They have never been known to agree on <b>{ $n } fields</b>.
who-customer = The customer
who-person = { $name }
who-automation = An automation, { $name },
who-unknown = Somebody unknown

# Small lines under a value
fact-changed-by = Changed { $when } by { $who }
fact-changed = Changed { $when }
fact-by = by { $who }
by-customer = the customer
fact-rewritten = Rewritten { $when }
fact-same-as-agreed = Same as last agreed
fact-same-written-differently = Same { $kind }, written differently
earlier-rule = Earlier: held before version { $n } of the policy settled it
earlier-decided = Earlier: held before { $name } decided it
earlier-moved = Earlier: held while this was open
fact-read = Read { $when }
kind-value = value
kind-number = number
kind-date = date
kind-amount = amount
fact-odd = Contains: { $what }
odd-cyrillic-letter = Cyrillic letter
odd-greek-letter = Greek letter
odd-blank-filler = blank filler
odd-byte-order-mark = byte order mark
odd-carriage-return = carriage return
odd-control-character = control character
odd-figure-space = figure space
odd-full-width-form = full-width form
odd-ideographic-space = ideographic space
odd-invisible-mark = invisible mark
odd-invisible-tag = invisible tag
odd-left-to-right-mark = left-to-right mark
odd-line-feed = line feed
odd-line-separator = line separator
odd-narrow-no-break-space = narrow no-break space
odd-no-break-space = no-break space
odd-null-character = null character
odd-private-character = private character
odd-repeated-space = repeated space
odd-right-to-left-mark = right-to-left mark
odd-soft-hyphen = soft hyphen
odd-space-at-the-end = space at the end
odd-space-at-the-start = space at the start
odd-tab = tab
odd-text-direction-mark = text direction mark
odd-thin-space = thin space
odd-unreadable-character = unreadable character
odd-variation-selector = variation selector
odd-wide-space = wide space
odd-word-joiner = word joiner
odd-zero-width-joiner = zero-width joiner
odd-zero-width-non-joiner = zero-width non-joiner
odd-zero-width-space = zero-width space
state-empty = Empty
state-null = No value
state-no-field = No such field here
state-absent = Not in this system
state-deleted = Deleted there
state-held-twice = Held more than once
state-unknown = Not readable since { $when }
state-hidden = Hidden by your role
hidden-decide = Not yours to decide: the values of { $field } are hidden by your role. These roles see them: { $roles }
hidden-from-all = The values of { $field } are hidden by your role
cell-new = New

# The rule of a field
rule-line = { $stakes } stakes, { $rule }
rule-always = always reviewed
rule-none = no rule, so it is reviewed
rule-guard = reviewed this time: { $why }
rule-one-choice = One choice for { $members }
rule-if-wrong = If wrong: { $text }

# Deciding
decision-press = { $n ->
    [1] Press 1
    [2] Press 1 or 2
   *[other] Press 1 to { $n }
}
decision-choose = { $n ->
    [1] Choose 1
    [2] Choose 1 or 2
   *[other] Choose 1 to { $n }
}
decision-type = Type a value
decision-leave = Leave different
decision-chose = You chose { $n }
decision-change = Change
decision-open = Not decided
decision-typed = Your own value
decision-left = Left different
decision-keep = Keep { $system }’s value
decision-keep-earlier = Keep an earlier value
decision-create = Create it in { $system }
decision-remove = Remove it in { $system }
decision-removed = Removed where it still is
leave-until = Leave different until
leave-because = Why may they differ?
typed-limit = { $system } keeps { $n } characters
typed-list = { $system } takes one of: { $values }
suggestion-word = Suggested: { $n }
suggestion-accept = Accept { $n }
suggestion-same = Same as suggested
suggestion-high = High
suggestion-some = Some
suggestion-low = Low
suggestion-no-history = Not enough history
suggestion-record = Like this before: <b>kept { $kept } of { $total }</b>, { $reversed } reversed.

# What will be written
writes-title = What will be written
writes-hold = sent { $seconds } s after saving; until then Undo stops it
writes-nothing = No change.
writes-pending = { $fields } { $n ->
    [one] is
   *[other] are
} added here once you choose.
writes-paused = Writing there is paused: { $reason }. It is sent when that ends.
writes-removes = The record is removed here, and what it holds with it. Say why in the note.
writes-by-hand = Watched only: somebody must write this by hand. It counts as done when a later read shows it.
writes-when-back = Not reachable now. It will be sent when it is back.
writes-too-long = { $system } keeps { $n } characters: the rest is cut
events-title = Last events
events-all = all in the timeline
events-none = Nothing has changed since it was first read

# The bar
save-next = Save and next
save-stay = Save and stay
check = Check
enter-title = Nothing is saved yet
enter-text = What would be written is listed below. A button saves it.
skip = Skip
note = Note, optional
reason = Reason
reason-choose = Reason (required)
reason-none = no reason asked here
reason-source-of-truth = Source of truth is right
reason-newer = Newer change is right
reason-confirmed = Confirmed with customer
reason-document = Document seen
reason-formatting = Formatting
reason-other = Other, see the note

# Said above the grid
stale-title = <b>{ $system }</b> changed <b>{ $field }</b> to <q>{ $value }</q> while you were deciding
stale-kept = Your choices are kept below; the changed value is marked New.
stale-saved = Nothing was saved. Your choices are kept below; the changed value is marked New.
decided-title = <b>{ $name }</b> decided this { $when }
decided-outcome = <b>{ $field }</b>: { $outcome }
decided-again = Decide again
decided-see = See the decision
settled-title = Settled by itself { $when }
settled-text = All systems came to agree on { $fields }. There is nothing left to decide here.
settled-next = Open the next conflict
read-only-title = You may look at this, not decide it
read-only-text = Deciding needs the role steward.
claimed-title = <b>{ $name }</b> is on this since { $when }
claimed-text = You may still decide it; the first decision counts.

# Mistakes
problem-nothing = Nothing is chosen yet. Choose a value for { $field }
problem-partly = { $field } is not decided. Choose a value, or save the { $decided } decided and keep the rest open
problem-until = { $field }: say until when it may stay different
problem-because = { $field }: say why it may stay different
problem-typed-empty = { $field }: type a value
problem-typed = { $field }: { $why }
problem-reason = Choose a reason: the policy asks for one here

# Why a rule did not settle it
guard-human = { $who } changed it by hand
guard-somebody = somebody unknown
guard-bulk = the change is one of { $n } made at once
guard-no-time = a time of change is not known
guard-too-close = the changes are closer than the clocks can tell apart
guard-too-close-by = the changes are { $apart } apart, and only beyond { $bound } do these clocks tell which came last
guard-too-close-one = { guard-too-close-by } (one of the clocks was never measured)
guard-too-close-none = { guard-too-close-by } (neither clock was ever measured)
guard-blank = a blank would replace a value
guard-no-source = the source of truth has no say here
guard-not-removed = no full reading found it gone, or something about it is open
guard-changed-here = a system that still has it changed it since all agreed
guard-never-agreed = the systems never agreed
guard-unreadable = a system’s value cannot be read
guard-invalid = { $why }
guard-no-priority = none of the trusted systems has a value
guard-not-ordered = these values have no order
guard-not-lists = these values are no lists
guard-too-few = { $n } systems are too few for a majority
guard-tie = two values stand equal
guard-same-change = two systems made the same change
guard-reopened = a person asked to decide it
guard-flapping = rules settled it { $n } times within a day
guard-review-if = the policy asks for a person if { $expression }
guard-review-if-failed = the policy’s condition gives no answer here: { $why }

# One sentence on the likely cause
cause-sentence = Likely cause: { $cause }.
causes-title = Why they differ
cause-line-strong = <b>{ $cause }</b>, much speaks for it: { $evidence }
cause-line-likely = <b>{ $cause }</b>, likely: { $evidence }
cause-line-weak = <b>{ $cause }</b>, perhaps: { $evidence }
cause-line-unknown = <b>Unknown</b>: nothing known says why.
cause-corrected = <b>{ $cause }</b>, says { $name }. Found was:
cause-label = Cause of { $field }
cause-as-found = As found
cause-save = Say so
cause-said = Noted. Lists and counts go by what you said.
skipped = Skipped. It stays in the queue.
saved = Decided: <b>{ $name }</b>. It is sent in { $seconds } s.
saved-now = Decided: <b>{ $name }</b>.
queue-done = Nothing more is open in this view.
event-changed = { $system } changed { $fields }
event-rewritten = { $system } wrote the same again
event-written = Referee wrote { $fields } into { $system }
event-deleted = Deleted in { $system }
event-first = First read in { $system }
problem-other = { $text }
event-changed-some = { $system } changed
column-never = not read yet
stale-some = <b>{ $name }</b> changed while you were deciding
guard-incident = it waits under an incident
