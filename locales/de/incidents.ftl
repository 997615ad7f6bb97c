incidents-title = Vorfälle
incidents-tab-title = ({ $n }) Vorfälle
incidents-lead = Ein Problem eines Systems, das viele Datensätze zurückhält
incidents-open = Warten auf eine Wahl
incidents-open-none = Keine: Nichts wird zurückgehalten.
incidents-ended = Beendet
incidents-none = Bisher kein Vorfall
incidents-none-text = Wenn sehr viele Datensätze auf einmal fehlen oder geändert sind, steht das hier als eine Frage.
incident-column = Vorfall
incident-column-records = Datensätze
incident-entity = Datensatzart
incident-opened = Eröffnet
incident-mass-delete = Massenlöschung in { $system }
incident-mass-change = Massenänderung in { $system }
incident-storm = Flut von Abweichungen aus { $system }
incident-state-open = Wartet auf eine Wahl
incident-state-working = Wird ausgeführt
incident-lead-mass-delete = Ein vollständiges Lesen von <b>{ $system }</b> ergab, dass { $n } von { $of } Datensätzen auf einmal fehlen. Keiner davon gilt als gelöscht, bis jemand es sagt.
incident-lead-mass-change = Ein Lesen von <b>{ $system }</b> ergab, dass { $n } von { $of } Datensätzen auf einmal geändert sind. Die Werte sind aufbewahrt, und keine Regel erledigt, wozu sie führten, bis jemand wählt.
incident-lead-storm = Sehr viele neue Abweichungen kamen in kurzer Zeit aus <b>{ $system }</b>, bisher etwa { $n } Datensätze. Sie warten hier gemeinsam, und keine Regel erledigt sie, bis jemand wählt.
incident-chosen = Gewählt
incident-by = Von
incident-when = Wann
incident-why = Weil
incident-waiting = { $n ->
    [one] { $n } Abweichung wartet darunter
   *[other] { $n } Abweichungen warten darunter
}
incident-see = Der Vorfall
incident-records = Eröffnet über { $n } Datensätze
incident-row = Kennung
incident-decide = Als Gruppe entscheiden
incident-release = Oder die Regeln urteilen lassen
incident-answer = Antwort
incident-choose = Das wählen
incident-end = Vorfall beenden
incident-progress = Wie weit es ist
incident-progress-line = { $done } von { $of }
incident-pause = Oder das Lesen von { $entity } aus { $system } anhalten
incident-pause-tip = Es wird nicht mehr gelesen, bis jemand es auf der Seite des Systems fortsetzt. Was das System sonst enthält, wird weiter gelesen. Der Vorfall bleibt offen.
answer-allowed = Diese Massenlöschung zulassen: Genau diese Datensätze gelten als gelöscht. Die wiedergekommenen bleiben.
answer-refused = Den Schub ablehnen: Sie bleiben, wie zuletzt gelesen, und es wird nicht noch einmal gefragt, solange sie fehlen.
answer-released = Was wartet, wird wie üblich von den Regeln beurteilt. Was sie nicht erledigen, kommt in die Arbeitsliste.
ending-allowed = Zugelassen
ending-refused = Abgelehnt
ending-accepted = Als richtig angenommen
ending-decided = Als Gruppe entschieden
ending-released = Wie üblich beurteilt
ending-came_back = Von selbst vergangen
flash-allowed = Zugelassen. Die Datensätze werden noch einmal abgefragt und gelten dann als gelöscht.
flash-refused = Abgelehnt. Die Datensätze bleiben, wie sie waren.
flash-released = Beendet. Was wartet, wird wie üblich beurteilt.
flash-frozen = Noch ist nichts entschieden. Das bedeutet die Wahl.
flash-group = Entschieden. Sie werden nacheinander abgearbeitet, jede mit einer Minute Bedenkzeit.
member-held = Zurückgehalten
member-done = Gilt als gelöscht
member-kept = Wieder da, bleibt
member-included = Zu entscheiden
member-moved = Seit dem Festhalten geändert: wird ausgelassen
member-decided = Entschieden
member-excluded = Ausgelassen
choice-accept = Als Nachtrag annehmen: { $system } hat überall recht
choice-refuse = Den Schub ablehnen: { $system } bekommt die Werte der anderen zurück
choice-keep = Überall den Wert aus { $system } behalten
choice-keep-others = { $system } bekommt den Wert der anderen
choice-leave = 90 Tage lang verschieden lassen
reason-no-code = Kein Grundcode
group-outcome = Ein Ergebnis für alle
group-code = Grundcode, wo eine Richtlinie einen verlangt
group-check = Prüfen, was das entscheidet
group-check-tip = Damit ist nichts entschieden. Die Menge wird festgehalten und zuerst gezeigt, mit dem, was ausgelassen ist und warum.
group-title = { $n ->
    [one] Eine Entscheidung für { $n } Abweichung
   *[other] Eine Entscheidung für { $n } Abweichungen
}
group-draft = Noch nicht entschieden
group-working = Wird entschieden
group-done = Entschieden
group-undone = Alle zurückgenommen
group-stopped = Angehalten
group-stopped-undone = Angehalten, alle zurückgenommen
group-reversed = Alle rückgängig gemacht
group-keep = Jedes System bekommt den Wert aus <b>{ $system }</b>.
group-others = <b>{ $system }</b> bekommt den Wert der anderen zurück.
group-leave = Sie bleiben verschieden bis { $until }.
group-stays = Bleibt verschieden
group-frozen = Festgehalten
group-ended = Beendet
group-left-out = Ausgelassen
group-left-which = Welche, anzeigen
group-why = Warum
group-see = Die Gruppenentscheidung
group-set = Was entschieden wird
group-becomes = Wird zu
group-listed = { $n } Abweichungen
group-decide = { $n ->
    [one] { $n } Abweichung entscheiden
   *[other] { $n } Abweichungen entscheiden
}
group-hold = Jede ist eine eigene Entscheidung mit eigenem Eintrag im Protokoll. Sie wartet eine Minute oder länger und kann bis dahin zurückgenommen werden.
group-type = { $n } eingeben, um alle zu entscheiden
left-claimed = Jemand anderes entscheidet es gerade
left-changed = Ein Wert hat sich inzwischen geändert
left-decided = Schon entschieden
left-high-stakes = Wird einzeln entschieden, wie es seine Richtlinie sagt (hohe Tragweite)
left-value-missing = Dort ist kein Wert zum Behalten
left-others-differ = Die anderen sind sich nicht einig
left-no-right = Wer gewählt hat, darf nicht mehr entscheiden
left-refused = Es kann nicht gespeichert werden
alike-title = { $n ->
    [one] { $n } Konflikt wie dieser
   *[other] { $n } Konflikte wie dieser
}
alike-lead = Die gleiche Art von Abweichung in <b>{ $field }</b> von { $entity }, aus denselben Systemen. Wahrscheinliche Ursache: { $cause }.
alike-list = Auflisten
alike-alone = Sie werden einzeln entschieden, wie es ihre Richtlinie sagt (hohe Tragweite).
alike-see = Die gleichartigen
alike-decide = Als Gruppe entscheiden
alike-link = { $n } wie dieser
queue-incidents = { $n ->
    [one] { $n } Vorfall wartet auf eine Wahl
   *[other] { $n } Vorfälle warten auf eine Wahl
}
queue-incident-line = { $title }: { $n } Datensätze
queue-incidents-link = Vorfälle ansehen
alert-incident-advice = Öffnen und wählen. Bis dahin werden die Datensätze zurückgehalten.
said-incident-opened = <b>{ $actor }</b> hat einen Vorfall in { $system } eröffnet: { $kind }, { $n } Datensätze
said-incident-decided = <b>{ $actor }</b> hat für den Vorfall in { $system } gewählt: { $how }
said-incident-ended = <b>{ $actor }</b> hat den Vorfall in { $system } beendet: { $how }
said-group = <b>{ $actor }</b> hat { $n } Abweichungen als Gruppe entschieden
incident-kind-mass_delete = Massenlöschung
incident-kind-mass_change = Massenänderung
incident-kind-storm = Flut
settings-incidents = { incidents-title }
settings-incidents-text = Sehr viele Datensätze fehlen oder sind auf einmal geändert
