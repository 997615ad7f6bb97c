view-approval = Zu genehmigen
approval-awaiting = Wartet auf die Genehmigung durch jemand anderen als { $name }. Vorher wird nichts gesendet.
approval-approved = Genehmigt von { $name }, { $when }
approval-sent-back = Zurückgeschickt von { $name }, { $when }
approval-undone = Zurückgenommen, bevor es jemand genehmigt hat
approval-expired = Niemand hat es rechtzeitig genehmigt, { $when }: Es ist wieder offen, mit der getroffenen Auswahl
approval-until = Antwortet niemand, ist es { $when } wieder offen.
approval-ends = Endet
expired-title = Niemand hat rechtzeitig genehmigt, was { $decider } entschieden hat.
expired-again = Noch einmal speichern, um neu zu fragen.
said-approval-expired = Niemand hat { $digest } rechtzeitig genehmigt
approval-ended = Ein Wert hat sich vor der Genehmigung geändert: Es ist wieder offen, mit der getroffenen Auswahl
approval-own = Eine eigene Entscheidung: Ein anderer Steward oder die Leitung genehmigt sie. Bis dahin kann sie zurückgenommen werden.
approval-not-you = Ein Steward oder die Leitung genehmigt es.
approval-because = Warum: { $why }
approval-digest = Genehmigt wird
approval-tip = Gesendet wird genau, was diese Seite zeigt, sobald die Bedenkzeit um ist. Ändert sich vorher ein Wert, ist es stattdessen wieder offen.
approval-reversal = Zum Rückgängigmachen: { $state }
approval-reversal-why = Warum es rückgängig gemacht werden soll: { $why }
approval-reversal-tip = Zurückgesetzt wird Zeile für Zeile, was vorher galt, wo es noch steht. Vorher wird nichts zurückgesetzt.
approval-approve = Genehmigen
approval-why = Warum wird es zurückgeschickt?
approval-send-back = Zurückschicken
approval-by = Entschieden von
approval-asked = Angefragt
approval-group = { $n ->
    [one] { $n } Abweichung auf einmal
   *[other] { $n } Abweichungen auf einmal
}
approval-group-back = { $n ->
    [one] { $n } Abweichung rückgängig machen
   *[other] { $n } Abweichungen rückgängig machen
}
approval-row-own = Eine eigene Entscheidung: Jemand anderes genehmigt
approval-row-may = Kann hier genehmigt werden
approval-row-waits = Wartet auf einen Steward oder die Leitung
approval-list = Zu genehmigen
approval-none-title = Nichts ist zu genehmigen
approval-none-text = Eine Entscheidung steht hier, wenn ihre Richtlinie verlangt, dass eine zweite Person sie genehmigt.
state-proposed = Wartet auf Genehmigung
state-awaiting = Wartet auf Genehmigung
flash-approved = Genehmigt. Es gilt die Bedenkzeit; bis dahin kann es zurückgenommen werden.
flash-decision-back = Zurückgeschickt. Es ist wieder offen, mit der getroffenen Auswahl.
saved-awaiting = Gespeichert für { $name }. Jemand anderes muss es genehmigen, bevor etwas gesendet wird.
awaiting-title = { $name } hat das { $when } entschieden. Es wartet auf Genehmigung.
sent-back-title = { $name } hat zurückgeschickt, was { $decider } entschieden hat.
sent-back-kept = Die Auswahl ist unten erhalten.
said-approval-asked = <b>{ $actor }</b> hat um Genehmigung von { $digest } gebeten
said-approved = <b>{ $actor }</b> hat { $digest } genehmigt
said-decision-sent-back = <b>{ $actor }</b> hat eine Entscheidung zurückgeschickt: { $why }
said-approval-ended = <b>{ $actor }</b> hat eine Bitte um Genehmigung beendet
said-group-undone = <b>{ $actor }</b> hat begonnen, { $n } Abweichungen einer Gruppe zurückzunehmen
said-group-reversed = <b>{ $actor }</b> hat begonnen, { $n } Abweichungen einer Gruppe rückgängig zu machen
approval-hidden = Es geht um Werte, die für diese Rolle verborgen sind: Genehmigen kann, wer sie sieht
