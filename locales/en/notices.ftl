# What a person is told, in the browser and by mail.
notices-title = Notices
notices-tab-title = { $n ->
    [0] Notices
   *[other] ({ $n }) Notices
}
notices-unread = { $n ->
    [0] Nothing unread
    [one] 1 unread
   *[other] { $n } unread
}
notices-link = { $n } unread notices
notices-link-none = Notices
notices-all = All
notices-unread-tab = Unread
notices-views = Notices
notice-new = New
notice-open = Open
notices-read-all = Mark these as read
notices-read = Marked as read.
notice-mute = No mail about this record
notice-unmute = Mail about this record again
notice-muted = No more mail about { $name } reaches you. Here you are told as ever.
notice-unmuted = Mail about { $name } reaches you again.
mute-title = Mail about { $name }
mute-lead = { $muted ->
    [yes] No mail about this record reaches you. What concerns you stands under Notices all the same.
   *[no] You are mailed about this record when somebody mentions you, gives it to you or answers you.
}
empty-notices-title = Nothing to read
empty-notices-text = When somebody mentions you, gives you a conflict or answers your question, it stands here.
# what → title of the record, or its kind where the title is not shown
notice-assigned = <b>{ $by }</b> gave you <b>{ $what }</b>
notice-mentioned = <b>{ $by }</b> mentioned you on <b>{ $what }</b>
notice-due_soon = <b>{ $what }</b>, which is yours, is due
notice-write_failed = { $system } refused a write of your decision on <b>{ $what }</b>
notice-view_entered = { $n } entered the view <b>{ $view }</b>
notice-answered = <b>{ $who }</b> answered your question about <b>{ $what }</b>
notice-unanswered = Your question to <b>{ $who }</b> about <b>{ $what }</b> was not answered in time
notice-escalated = <b>{ $by }</b> passed <b>{ $what }</b> on to you
notice-sent_back = <b>{ $by }</b> sent <b>{ $what }</b> back to you
notice-objected = <b>{ $who }</b> objects to your decision on <b>{ $what }</b>
notice-approval_asked = <b>{ $by }</b> asks for your approval: <b>{ $what }</b>
notice-approval_due = Half of the time to approve is over: <b>{ $what }</b>, decided by <b>{ $by }</b>
notice-approval_given = <b>{ $by }</b> approved what you decided on <b>{ $what }</b>
notice-approval_refused = <b>{ $by }</b> sent back what you decided on <b>{ $what }</b>
notice-approval_expired = Nobody approved in time what you decided on <b>{ $what }</b>
notice-a-record = a record
mail-notice-subject = Referee: { $what }
mail-notices-subject = { $n ->
    [one] Referee: 1 notice
   *[other] Referee: { $n } notices
}
mail-notices-more = There are more on the page of notices.
mail-notices-all = All notices:
mail-notices-mute = No mail about this record:
mail-notices-why = You get this mail because of your account in Referee. Under Preferences you say when, or never.
preferences-mail = Mail to
preferences-mail-tip = Where you are told what concerns you. Empty: nowhere.
preferences-notify = Mail
notify-at_once = At once
notify-digest = Gathered, after 15 minutes
notify-never = Never
preferences-notify-tip = What you have read by then is left out. Nothing you did yourself is mailed.
problem-mail = “{ $mail }” is no mail address: write one like ana@example.com.
