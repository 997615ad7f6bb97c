# Was jemand erfährt, im Browser und per E-Mail.
notices-title = Nachrichten
notices-tab-title = { $n ->
    [0] Nachrichten
   *[other] ({ $n }) Nachrichten
}
notices-unread = { $n ->
    [0] Nichts ungelesen
    [one] 1 ungelesen
   *[other] { $n } ungelesen
}
notices-link = { $n } ungelesene Nachrichten
notices-link-none = Nachrichten
notices-all = Alle
notices-unread-tab = Ungelesen
notices-views = Nachrichten
notice-new = Neu
notice-open = Öffnen
notices-read-all = Diese als gelesen kennzeichnen
notices-read = Als gelesen gekennzeichnet.
notice-mute = Keine E-Mail zu diesem Datensatz
notice-unmute = Wieder E-Mail zu diesem Datensatz
notice-muted = Zu { $name } kommt keine E-Mail mehr. Hier stehen die Nachrichten wie bisher.
notice-unmuted = Zu { $name } kommt wieder E-Mail.
mute-title = E-Mail zu { $name }
mute-lead = { $muted ->
    [yes] Zu diesem Datensatz kommt keine E-Mail. Unter „Nachrichten“ steht trotzdem alles, was dieses Konto betrifft.
   *[no] Zu diesem Datensatz kommt E-Mail, wenn jemand dieses Konto erwähnt, ihm den Datensatz gibt oder ihm antwortet.
}
empty-notices-title = Nichts zu lesen
empty-notices-text = Erwähnungen, zugewiesene Konflikte und Antworten auf eigene Fragen stehen hier.
# what → Name des Datensatzes, oder seine Art, wo der Name nicht gezeigt wird
notice-assigned = Zugewiesen von <b>{ $by }</b>: <b>{ $what }</b>
notice-mentioned = Erwähnt von <b>{ $by }</b>: <b>{ $what }</b>
notice-due_soon = <b>{ $what }</b>, in eigener Zuständigkeit, ist fällig
notice-write_failed = { $system } hat einen Schreibvorgang zu einer eigenen Entscheidung abgelehnt: <b>{ $what }</b>
notice-view_entered = Neu in der Ansicht <b>{ $view }</b>: { $n }
notice-answered = Antwort von <b>{ $who }</b> auf eine eigene Frage: <b>{ $what }</b>
notice-unanswered = Keine rechtzeitige Antwort von <b>{ $who }</b> auf eine eigene Frage: <b>{ $what }</b>
notice-escalated = Weitergereicht von <b>{ $by }</b>: <b>{ $what }</b>
notice-sent_back = Zurückgegeben von <b>{ $by }</b>: <b>{ $what }</b>
notice-objected = Einwand von <b>{ $who }</b> gegen eine eigene Entscheidung: <b>{ $what }</b>
notice-approval_asked = <b>{ $by }</b> bittet um Genehmigung: <b>{ $what }</b>
notice-approval_due = Die halbe Zeit zum Genehmigen ist um: <b>{ $what }</b>, entschieden von <b>{ $by }</b>
notice-approval_given = Genehmigt von <b>{ $by }</b>: die Entscheidung zu <b>{ $what }</b>
notice-approval_refused = Zurückgeschickt von <b>{ $by }</b>: die Entscheidung zu <b>{ $what }</b>
notice-approval_expired = Nicht rechtzeitig genehmigt: die Entscheidung zu <b>{ $what }</b>
notice-a-record = ein Datensatz
mail-notice-subject = Referee: { $what }
mail-notices-subject = { $n ->
    [one] Referee: 1 Nachricht
   *[other] Referee: { $n } Nachrichten
}
mail-notices-more = Weitere stehen auf der Seite der Nachrichten.
mail-notices-all = Alle Nachrichten:
mail-notices-mute = Keine E-Mail zu diesem Datensatz:
mail-notices-why = Diese E-Mail gehört zu einem Konto in Referee. Wann sie kommt, oder ob nie, steht unter „Persönliche Einstellungen“.
preferences-mail = E-Mail an
preferences-mail-tip = Wohin Nachrichten gehen, die dieses Konto betreffen. Leer: nirgendwohin.
preferences-notify = E-Mail
notify-at_once = Sofort
notify-digest = Gesammelt, nach 15 Minuten
notify-never = Nie
preferences-notify-tip = Was bis dahin gelesen ist, wird ausgelassen. Zu eigenen Handlungen kommt keine E-Mail.
problem-mail = „{ $mail }“ ist keine E-Mail-Adresse: eine angeben wie ana@example.com.
