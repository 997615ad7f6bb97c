bulk-title = Viele auf einmal entscheiden
bulk-which = Welches Feld?
bulk-which-tip = Ein Feld nach dem anderen: Jedes hat eigene Werte und eine eigene Richtlinie.
bulk-slot = { $field } ({ $entity })
bulk-rule = Nach welcher Regel?
bulk-lead = { $n ->
    [one] <b>{ $n }</b> offene Abweichung
   *[other] <b>{ $n }</b> offene Abweichungen
} in <b>{ $field }</b> ({ $entity }).
bulk-choose = Eine Regel für alle
bulk-source = Den Wert des maßgeblichen Systems behalten
bulk-newest = Behalten, was zuletzt eine Person geändert hat
bulk-suggested = Annehmen, was jeweils vorgeschlagen ist
bulk-one = Ein Wert für alle:
bulk-alone = Sie werden einzeln entschieden, wie es ihre Richtlinie sagt (hohe Tragweite). Eine Gruppenentscheidung würde alle auslassen.
bulk-second = Jemand anderes muss die Gruppenentscheidung genehmigen, bevor etwas entschieden wird.
bulk-none-title = Hier ist nichts mehr zu entscheiden
bulk-none-text = Was aufgelistet war, wurde inzwischen entschieden oder hat sich von selbst erledigt.
group-source = Jede bekommt den Wert ihres <b>maßgeblichen Systems</b>.
group-newest = Jede bekommt, was <b>zuletzt eine Person geändert</b> hat.
group-suggested = Jede bekommt, was für sie <b>vorgeschlagen</b> ist.
group-one = Alle bekommen <b>{ $value }</b>.
group-awaiting = Wartet auf Genehmigung
group-taking-back = Wird zurückgenommen
group-ask = { $n ->
    [one] Um Genehmigung für { $n } Abweichung bitten
   *[other] Um Genehmigung für { $n } Abweichungen bitten
}
group-ask-tip = Jemand anderes muss genau diese Menge genehmigen. Vorher wird nichts entschieden.
group-withdraw = Bitte um Genehmigung zurückziehen
group-outcome-keep = Wird zum Wert aus { $system }
group-outcome-one = Wird zu dem einen Wert
group-outcome-leave = Bleibt verschieden
group-outcome-other = Wird zum Wert der anderen
group-rows = { $n ->
    [one] { $n } Zeile
   *[other] { $n } Zeilen
}
group-all-of = { $n ->
    [2] Beide zeigen
   *[other] Alle { $n } zeigen
}
group-tick = Einbeziehen
group-tick-of = { $record } einbeziehen
group-tick-save = Nicht Angekreuztes herausnehmen
group-untick-none = Angekreuztes hineinnehmen
group-file = Vorher, nachher und Link jeder Zeile herunterladen
group-by-id = Gruppenentscheidung
group-standing-confirmed = Bestätigt
group-standing-waiting = Wartet
group-standing-failed = Braucht eine Person
group-standing-undone = Zurückgenommen
group-standing-reversed = Rückgängig gemacht
group-standing-overtaken = Überholt
group-standing-to_come = Kommt noch
group-standing-taking_back = Wird zurückgenommen
group-standing-left_out = Ausgelassen
group-standing-all = Alle Zeilen
group-kept-back = Bleibt: { $why }
group-back = Zurücknehmen oder rückgängig machen
group-back-tip = „Zurücknehmen“ geht, bis etwas gesendet ist. Danach setzt „Rückgängig machen“ zurück, was vorher gehalten wurde, wo die Entscheidung noch gilt.
group-undo-all = Alle zurücknehmen
group-undo-ticked = Angekreuzte zurücknehmen
group-reverse-all = Alle rückgängig machen
group-reverse-ticked = Angekreuzte rückgängig machen
group-reverse-why = Warum wird es rückgängig gemacht?
group-none-ticked = Mindestens eine Zeile ankreuzen
flash-ticked = Die Menge wurde geändert.
flash-taking-back = Es wird zurückgenommen, Zeile für Zeile.
flash-withdrawn = Die Bitte um Genehmigung ist zurückgezogen. Die Menge ist, wie sie war.
flash-asked-approval = Jemand anderes ist um Genehmigung gebeten.
left-no-person = Von keiner Person ist bekannt, dass sie es zuletzt geändert hat
left-no-source = Kein maßgebliches System ist dafür gesetzt
left-no-suggestion = Es ist nichts vorgeschlagen, oder nur, es leer zu lassen
left-blind = Der Vorschlag ist verborgen, bis jemand gewählt hat
left-needs-approval = Die Richtlinie verlangt eine zweite Person
left-unticked = Von Hand herausgenommen
left-stopped = Angehalten, bevor es an der Reihe war
member-back-undo = Zurückzunehmen
member-back-reverse = Rückgängig zu machen
