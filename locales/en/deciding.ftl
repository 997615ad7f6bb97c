# Suggestions: the facts for and against, in a row
suggest-title-for = Why:
suggest-title-against = Against:
suggest-person = Changed by { $who } in { $system }.
suggest-somebody = Changed by a person in { $system }.
suggest-source = In the source of truth.
suggest-others-stand = { $n ->
    [one] { $systems } still holds what all last agreed on.
   *[other] { $systems } still hold what all last agreed on.
}
suggest-newest = The newest change.
suggest-valid = Valid.
suggest-others-invalid = What the others hold is not valid.
suggest-most = Held by { $n } of { $of } systems.
suggest-not-source = The source of truth, { $system }, holds another value.
suggest-person-elsewhere = { $who } changed it in { $system }.
suggest-somebody-elsewhere = A person changed it in { $system }.
suggest-newer-elsewhere = The change in { $system } is newer.
suggest-bulk = One of { $n } changes made at once.
suggest-machine = An automation changed it in { $system }.
suggest-blank = It replaces a value by nothing.
suggest-blind = A suggestion shows here once you have chosen.
suggest-accept-all = Accept all { $n } suggested
decision-suggested = { $n } was suggested
decision-suggested-after = { $n } was suggested, hidden until something was chosen
decision-suggested-unseen = { $n } would have been suggested; it was not shown

# All rows at once
use-all = Use all from

# Outcomes
decision-clear = Clear
decision-cleared = Empty on purpose
decision-clear-tip = Nothing is to stand there, in any system
decision-combine = Combine all
decision-combined = All lists combined
decision-leave-missing = Leave it missing
decision-left-missing = Left missing
leave-missing-until = Leave it missing until
leave-missing-because = Why may it be missing?
decision-cleared-for = Cleared <b>{ $field }</b>
decision-combined-for = Combined <b>{ $field }</b>
decision-combined-value = Combined: { $value }
decision-created = Created where it was missing
past-cleared-field = Decided: empty on purpose
past-combined = Decided: all lists combined, <q>{ $value }</q>
said-cleared = <b>{ $actor }</b> cleared { $field } on purpose
said-combined = <b>{ $actor }</b> combined { $field } to <q>{ $value }</q>
problem-clear = { $field } cannot be cleared
problem-combine = { $field } cannot be combined: these values are no lists

# Typing
typed-required = A value is needed.
typed-most = At most { $n } characters.
typed-least = At least { $n } characters.
typed-example = Written like { $example }
typed-pattern = Form: { $pattern }
typed-min = At least { $value }.
typed-max = At most { $value }.
typed-one-of = One of: { $values }.

# Saving a part
problem-undecided = { $field } is not decided
save-partly = Save the { $decided } decided, keep { $open } open

# Values moved while somebody was deciding
decided-yours = You had chosen for <b>{ $field }</b>: { $outcome }
decided-yours-note = Your note was: { $note }
decided-in-part = <b>{ $name }</b> decided a part of this while you were deciding
decided-in-part-rest = Nothing of yours was saved. What you chose for the rest is kept below.
stale-too = <b>{ $field }</b> disagrees as well by now
stale-lost = Nobody holds any longer what you chose for { $field }: choose again.

# Beside the grid
agreed-since = since { $when }
conflict-other = Another open conflict: { $entity } { $name }
conflict-others-more = More records of this name
precedents-title = Last decisions on { $n ->
    [one] this field
   *[other] these fields
}
precedent-line = <b>{ $name }</b> on <q>{ $record }</q>, { $field }: { $outcome }
