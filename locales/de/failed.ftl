failed-title = Fehlgeschlagene Schreibvorgänge
failed-tab-title = ({ $n }) Fehlgeschlagene Schreibvorgänge
failed-lead = { $n ->
    [one] 1 Schreibvorgang braucht eine Person.
   *[other] { $n } Schreibvorgänge brauchen eine Person, geordnet nach dem, was nicht stimmt. Einmal beheben, dann alle noch einmal versuchen.
}
failed-flat = Alle in einer Liste
failed-grouped = Nach Ursache
failed-cause = Was nicht stimmt
failed-kind = Datensatzart
failed-writes = Schreibvorgänge
failed-newest = Neuester
failed-since = Seit
failed-more = Gezeigt werden die { $n } Ursachen mit den meisten Schreibvorgängen.
failed-retry = { $n ->
    [one] Noch einmal versuchen
    [2] Beide noch einmal versuchen
   *[other] Alle { $n } noch einmal versuchen
}
failed-said = { $system } hat abgelehnt
failed-tried = { $system } hat es in zehn Versuchen nicht angenommen
failed-look = Unbekannt, ob es angekommen ist: { $system }
failed-by-hand = Von Hand einzutragen: { $system }
failed-said-advice = Beheben, was das System nennt, dann alle noch einmal versuchen. Für einen allein: ihn öffnen, den Wert ändern oder verschieden lassen.
failed-tried-advice = Prüfen, ob das System läuft und erreichbar ist, dann alle noch einmal versuchen.
failed-look-advice = Im System nachsehen, ob der Datensatz da ist. Nur versuchen, was fehlt: Es entsteht sonst vielleicht doppelt.
failed-by-hand-advice = Das System nimmt von hier nichts an. Jeden öffnen, um zu sehen, was wo einzutragen ist. Er gilt als erledigt, wenn der Wert dort gelesen wird.
failed-fix = { $system } öffnen
failed-alike = { $system }: alle mit dieser Ursache
failed-gone = Mit dieser Ursache ist nichts mehr da.
failed-until = Angeben, bis wann es verschieden bleiben darf
flash-retried-all = { $n ->
    [one] 1 Schreibvorgang wird jetzt noch einmal versucht.
   *[other] { $n } Schreibvorgänge werden jetzt noch einmal versucht.
}
flash-retried-but = { $n } werden jetzt noch einmal versucht. { $left } bleiben, wie sie sind: Sie würden eine spätere Entscheidung überschreiben oder sind von Hand einzutragen.
flash-retried-more = { $n } werden jetzt noch einmal versucht. Es gibt noch mehr: für den Rest noch einmal auslösen.
flash-decided-instead = Neu entschieden. Bis zum Ende der Bedenkzeit kann es zurückgenommen werden.
delivery-title = { $field } in { $system }
by-hand-title = Von Hand in { $system }
by-hand-lead = Wer es dort einträgt, gibt dies ein. Es gilt als erledigt, wenn es dort gelesen wird.
by-hand-key = Datensatz
by-hand-nothing = nichts
by-hand-open = In { $system } öffnen
instead-title = Anders entscheiden
instead-lead = In einem Schritt wird neu entschieden, für jedes System, das dann abweicht. Was anderswo angekommen ist, ist einer der Werte.
instead-change = Den Wert ändern und noch einmal versuchen
instead-change-send = Speichern und noch einmal versuchen
instead-leave = Verschieden lassen
instead-leave-send = Verschieden lassen
exchange-title = Letzte Anfrage und Antwort
exchange-lead = Wie sie gesendet und empfangen wurden. Zugangsdaten sind ausgelassen.
exchange-request = Anfrage
exchange-answer = Antwort
