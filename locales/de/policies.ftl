policies-title = Was ein Mensch prüft
policies-versions = Versionen
policies-version = Version { $n }, gültig seit { $when }, von { $author }
policies-fields = { $n } Felder
policies-legend = Graue Werte stammen aus der Zeile „{ $entity } insgesamt“
policies-without = { $n ->
    [one] 1 Feld ohne Regel
   *[other] { $n } Felder ohne Regel
}
policy-parent = { $entity } insgesamt
policy-rule = Regel
policy-hold = Bedenkzeit
policy-reviews = Jetzt in Prüfung
policy-heading = { $field } von { $entity }
policy-now = Jetzt: { $rule }
policy-limited = Die Werte sind je nach Rolle verborgen: { $roles } sehen sie. So steht es in der Konfiguration
policy-stakes-tip = Sie ordnet die Arbeitsliste und bestimmt, wann ein Konflikt fällig ist, wo keine Stunden angegeben sind.
policy-reason = Grund verlangen
policy-hold-seconds = Bedenkzeit, Sekunden
policy-hold-tip = 0 bis 300. Leer übernimmt den Wert der Zeile darüber.
policy-due-hours = Fällig, Stunden
policy-due-tip = Ab dem Eröffnen des Konflikts. Leer übernimmt den Wert.
policy-if-wrong = Was geht schief, wenn das falsch ist?
policy-if-wrong-tip = Ein Satz, gezeigt beim Entscheiden.
policy-because = Warum die Änderung?
policy-because-tip = Bleibt bei der Version und im Protokoll. Nichts gilt vor dem Einschalten.
policy-save = Als Entwurf speichern und die Wirkung ansehen
rule-manual = Immer geprüft
rule-source = Maßgebliches gewinnt
rule-newest = Neuestes gewinnt
rule-priority = Vertrautestes gewinnt
rule-frequent = Häufigstes gewinnt
rule-max = Größtes gewinnt
rule-min = Kleinstes gewinnt
rule-delta = Änderungen addieren sich
rule-union = Listen vereinen sich
rule-inherit = Wie { $entity } insgesamt
rule-unset = Keine Regel: wird geprüft
rule-manual-good = Gut: Nichts wird ohne eine Person entschieden.
rule-manual-danger = Gefahr: Die Arbeitsliste wächst.
rule-source-good = Gut: keine Arbeitsliste, wo einem System vertraut wird.
rule-source-danger = Gefahr: Eine richtige Korrektur anderswo wird zurückgesetzt, außer eine Person hat sie gemacht.
rule-newest-good = Gut: Die jüngste Änderung gewinnt, wo immer sie gemacht wurde.
rule-newest-danger = Gefahr: Ein Stapelimport oder eine falsche Uhr kann gegen eine Person gewinnen.
rule-priority-good = Gut: Die beste bekannte Quelle gewinnt, und die nächste, wo sie schweigt.
rule-priority-danger = Gefahr: Ein vertrautes, aber veraltetes System gewinnt gegen eine frische Änderung.
rule-frequent-good = Gut: Ein falsches System unter mehreren wird überstimmt.
rule-frequent-danger = Gefahr: Alte Kopien überstimmen das eine System, das die Neuigkeit hat.
rule-max-good = Gut: Das späteste Datum oder die höchste Stufe bleibt, wo immer sie gesetzt wurde.
rule-max-danger = Gefahr: Ein Tippfehler nach oben gewinnt, und eine Korrektur nach unten nie.
rule-min-good = Gut: Die vorsichtigste Zahl bleibt: die niedrigste Grenze, das früheste Datum.
rule-min-danger = Gefahr: Eine Null gewinnt gegen alles.
rule-delta-good = Gut: Zahlen, die mehrere Systeme zugleich ändern, bleiben richtig.
rule-delta-danger = Gefahr: Eine Bewegung, die in zwei Systemen gebucht ist, zählt doppelt.
rule-union-good = Gut: Nichts, was jemand hinzugefügt hat, geht verloren.
rule-union-danger = Gefahr: Was eine Maschine von einer Liste nahm, kommt wieder.
rule-inherit-good = Folgt dem, was für die Datensatzart gilt.
rule-inherit-danger = Ändert sich mit ihr.
rule-figures = { $n } Prüfungen in 30 Tagen, { $share } % behielten das maßgebliche System
reason-asked-no = Nein
reason-asked-coded = Mit Code
inherit-choice = Wie { $entity } insgesamt: { $value }
hold-seconds = { $n } s
due-hours = { $n } h
due-days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
}
warning-newest-batch = Neuestes gewinnt bei { $field }: { $system } lädt es stapelweise und kann Änderungen von Menschen überschreiben
versions-title = Versionen von { $entity }
version-number = Version { $n }
version-current = In Kraft
version-roll-back = Zu dieser zurückkehren
problem-because-policy = Sagen, warum geändert wird
problem-hold = Eine Zahl von Sekunden von 0 bis 300 eingeben
problem-policy-stale = { $name } hat inzwischen Version { $n } gespeichert. Sie ansehen, dann noch einmal speichern.
policies-no-version = Noch keine Version
source-none = Keines
inherit-source = Wie { $entity } insgesamt
default-choice = Nicht gesetzt: { $value }
setting-inherited = übernommen
yes = Ja
no = Nein
policy-blank = Ein leerer Wert darf gewinnen
policy-tidy = Schreibweise vereinheitlichen
policy-tidy-tip = Wo alle übereinstimmen und einige es anders schreiben, bekommen sie die Schreibweise des maßgeblichen Systems: einmal für jeden Wert, und nur, wo Referee schreiben darf.
policy-blind = Blind entscheiden
policy-blind-tip = Was vorgeschlagen wird, erscheint erst, wenn etwas gewählt ist. So wird kein Vorschlag nur durchgewinkt.
tidy-yes = Ja
tidy-no = Nein: Anders Geschriebenes bleibt
blind-yes = Vorschläge verbergen, bis etwas gewählt ist
blind-no = Vorschläge sofort zeigen
warning-tidy-no-source = Schreibweise vereinheitlichen bei { $field }, und kein maßgebliches System ist gesetzt: Nichts wird vereinheitlicht
draft-tidied = { $n } anders geschriebene würden vereinheitlicht
draft-past-tidied = { $n }, bei denen danach ein System vereinheitlicht wurde
draft-row-tidied = Vereinheitlicht: die Schreibweise des maßgeblichen Systems
policy-margin = Spielraum der Uhr
margin-ms = { $n } ms
warning-no-source = Maßgebliches gewinnt bei { $field }, und kein maßgebliches System ist gesetzt: Es wird geprüft
problem-rule = Eine der Regeln wählen
problem-source = Ein System wählen, das diese Datensatzart hat
problem-due = Eine Zahl von Stunden von 1 bis 8.760 eingeben
problem-policy-same = Nichts wurde geändert: etwas anderes wählen, oder es lassen, wie es ist
draft-title = Entwurf: { $what }
draft-changes = { $n ->
    [one] 1 Änderung
   *[other] { $n } Änderungen
}
draft-back-to = zurück zu Version { $n }
draft-based = gestützt auf Version { $n }
draft-stale = <b>{ $name }</b> hat seither Version { $n } eingeschaltet. Dieser Entwurf stützt sich auf Version { $based } und bleibt erhalten.
draft-changed = Der Entwurf wurde seit dem Ansehen geändert. Nichts wurde eingeschaltet.
draft-changed-advice = Das ist der Entwurf, wie er jetzt ist, mit seiner Wirkung. Ansehen, dann einschalten.
draft-stale-advice = Ansehen, was jetzt in Kraft ist, dann den Entwurf auf den neuesten Stand bringen: Seine Änderungen kommen obendrauf.
draft-rebase = Auf den neuesten Stand bringen
draft-switch-on = Einschalten
draft-more = Mehr ändern
draft-discard = Verwerfen
draft-what = Was sich ändert
draft-setting = Einstellung
draft-was = War
draft-becomes = Wird
draft-now = Offene Abweichungen
draft-back = Frühere Entscheidungen
draft-open = Von <b>{ $n ->
    [one] 1 offenen Abweichung
   *[other] { $n } offenen Abweichungen
}</b>, für die er gilt, würde er { $settled } erledigen
draft-open-none = Er gilt für keine offene Abweichung
draft-settles = Der Wert aus { $system }: { $n }
draft-settles-computed = Ein Wert, den die Regel errechnet: { $n }
draft-made-again = { $n ->
    [one] 1 Datensatz wird wieder angelegt, wo er fehlt
   *[other] { $n } Datensätze werden wieder angelegt, wo sie fehlen
  }
draft-removed = { $n ->
    [one] 1 Datensatz wird entfernt, wo es ihn noch gibt
   *[other] { $n } Datensätze werden entfernt, wo es sie noch gibt
  }
draft-review = { $n } bleiben bei Menschen
draft-claimed = { $n ->
    [one] 1 ist übernommen und bleibt unberührt, bis das endet
   *[other] { $n } sind übernommen und bleiben unberührt, bis das endet
}
draft-ended = { $n } enden von selbst: Die Systeme stimmen überein
draft-sample = Eine Stichprobe: Die ältesten { $n } von { $of } offenen Konflikten wurden beurteilt
draft-agreed = Von <b>{ $n }</b> übereinstimmenden Datensätzen, als Stichprobe genommen, { $changed ->
    [0] ändert sich keiner
    [one] ändert sich 1
   *[other] ändern sich { $changed }
}
draft-agreed-changed = { $n } übereinstimmende würden sich ändern
draft-past = Von den letzten <b>{ $n ->
    [one] entschiedenen Abweichungen (1)
   *[other] { $n } entschiedenen Abweichungen
}</b> hätte er { $itself } selbst entschieden
draft-past-none = Niemand hat eine Abweichung entschieden, für die er gilt: Es gibt keine Vorgeschichte
draft-alike = { $n } wie die Menschen
draft-differently = { $n } anders
draft-reviewed = { $n } weiterhin geprüft
draft-thin = Zu wenig Vorgeschichte für ein Urteil: unter 30 entschiedene Abweichungen
draft-gone = Dieser Entwurf ist inzwischen in Kraft oder wurde verworfen
draft-decided = Entschieden
draft-would = Er würde
draft-left-different = Verschieden gelassen
draft-row-computed = Erledigt mit einem Wert, den die Regel errechnet
draft-row-removed = Erledigt: Der Datensatz wird anderswo entfernt
draft-row-made-again = Erledigt: Der Datensatz wird wieder angelegt
draft-row-review = Bleibt bei Menschen
draft-row-ended = Endet von selbst
draft-row-claimed = Unberührt, bis die Übernahme endet
draft-rows-more = Die ersten { $n } von { $of } sind aufgeführt.
draft-rows-none = Es gibt keine mehr: Werte oder Übernahmen haben sich seither geändert.
shadow-title = Im Schattenbetrieb
shadow-what = Im Schattenbetrieb urteilt der Entwurf über alles, was von da an beurteilt wird, und es folgt nichts daraus als die Zahlen hier.
shadow-lead = { $n ->
    [0] Keine Abweichung wurde
    [one] <b>1</b> Abweichung wurde
   *[other] <b>{ $n }</b> Abweichungen wurden
} auch von ihm beurteilt, seit { $name } ihn { $when } in den Schattenbetrieb nahm{ $until }
shadow-until = , bis { $when } oder bis es { $most } sind
shadow-found = Neben der gültigen Richtlinie
shadow-same = { $n } gleich
shadow-settles-alike = { $n } hätte er erledigt, wie Menschen es dann taten
shadow-settles-differently = { $n } hätte er erledigt, und Menschen wählten anders
shadow-settles-left-different = { $n } hätte er erledigt, und Menschen ließen es verschieden
shadow-settles-open = { $n } hätte er erledigt, noch offen
shadow-settles-ended = { $n } hätte er erledigt, ohne Menschen beendet
shadow-asks = Bei { $n } würde er eine Person fragen
shadow-otherwise = { $n } mit einem anderen Wert erledigt
shadow-not-decided = Nicht von Menschen
shadow-ended-stopped = Von Hand beendet.
shadow-ended-number = Beendet: so viele, wie vorgesehen.
shadow-ended-time = Beendet: Seine Zeit ist um.
shadow-ended-changed = Beendet: Der Entwurf wurde seither geändert oder auf den neuesten Stand gebracht.
shadow-start = In den Schattenbetrieb nehmen
shadow-end = Schattenbetrieb beenden
shadow-days = Tage, höchstens 90
shadow-most = Abweichungen, höchstens 5.000
flash-shadow = Für { $n } Tage im Schattenbetrieb
flash-shadow-ended = Der Schattenbetrieb ist beendet
drafts-title = Entwürfe
draft-line = { $what } von { $author }: { $reason }
flash-draft-rebased = Der Entwurf stützt sich jetzt auf Version { $n }
flash-draft-same = Von diesem Entwurf bleibt nichts: Die gültige Version sagt dasselbe
flash-draft-gone = Verworfen: { $what }
version-because = Warum zurückkehren?
versions-compare = Vergleichen
versions-from = Version
versions-to = mit Version
versions-between = Von Version { $from } zu Version { $to }
versions-same = Beide sagen dasselbe über { $entity }.
problem-policy-back-same = Diese Version sagt dasselbe wie die gültige
policy-review-if = Prüfen, wenn
policy-review-if-tip = Eine Bedingung (CEL): Wo sie wahr ist, entscheidet eine Person, sonst die Regel. Leer übernimmt sie, false fragt niemanden.
policy-try = An zehn Datensätzen erproben
policy-tried = Was sie zu echten Datensätzen sagt
policy-tried-none = Es gibt keinen Datensatz zum Erproben.
policy-priority = Reihenfolge des Vertrauens
policy-priority-tip = Für „Vertrautestes gewinnt“: Systeme vom vertrautesten zum am wenigsten vertrauten, mit Kommas. Leer übernimmt sie.
policy-half-life = Vertrauen halbiert sich in, Tage
policy-half-life-tip = Für „Vertrautestes gewinnt“: Älteren Werten wird weniger vertraut. 0: nie.
policy-deletes = Ein Datensatz, den ein System verlor
policy-bulk = Viele auf einmal
policy-bulk-tip = Ob viele Abweichungen auf einmal entschieden werden dürfen. Felder hoher Tragweite werden einzeln entschieden, außer es ist hier anders gesetzt; eine Gruppenentscheidung darüber genehmigt dann eine zweite Person.
bulk-yes = Erlaubt
bulk-no = Einzeln
policy-second = Zweite Person genehmigt
policy-second-tip = Nichts von einer Entscheidung wird gesendet, bevor jemand anderes mit dem Recht dazu sie genehmigt hat; nie, wer entschieden hat.
policy-approval = Zeit zum Genehmigen
policy-approval-hours = Zeit zum Genehmigen, Stunden
policy-approval-tip = Nach der Hälfte wird erinnert, wer genehmigen darf. Danach ist die Entscheidung wieder offen, mit der getroffenen Auswahl. Leer: so lange wie bis zur Fälligkeit.
second-yes = Ja
second-no = Nein
half-life-days = { $n } Tage
deletes-review = Eine Person entscheidet
deletes-restore = Wird dort wieder angelegt, wenn das maßgebliche System ihn hält
deletes-propagate = Wird auch anderswo entfernt, wenn das maßgebliche System ihn verlor und niemand ihn seither geändert hat
blank-allowed = Ja
blank-rejected = Nein: leer gegen einen Wert wird geprüft
rule-best-manual_review = Am besten für: Geld, Identität, und was noch niemand angesehen hat.
rule-best-source_wins = Am besten für: Felder, die einem System gehören, etwa eine Preisliste.
rule-best-most_recent_wins = Am besten für: Kontaktdaten, die an mehreren Orten berichtigt werden.
rule-best-priority = Am besten für: mehrere Quellen bekannter Güte, wo die beste manchmal schweigt.
rule-best-most_frequent = Am besten für: drei oder mehr Systeme, die einen Wert unabhängig erfahren.
rule-best-max = Am besten für: zuletzt gesehen, höchste Stufe, neuester Widerruf.
rule-best-min = Am besten für: Kreditgrenzen, ersten Kontakt, früheste Lieferung.
rule-best-delta = Am besten für: Bestände, die an mehr als einem Ort gebucht werden.
rule-best-union = Am besten für: Schlagwörter, Interessen, Rollen, die nur wachsen.
warning-no-priority = Vertrautestes gewinnt bei { $field }, und keine Reihenfolge des Vertrauens ist gesetzt: Es wird geprüft
warning-too-few = Häufigstes gewinnt bei { $field } braucht drei Systeme, die es haben; { $n } haben es: Es wird geprüft
problem-review-if = Die Bedingung ist nicht verwendbar: { $why }
problem-priority = Systeme nennen, die diese Datensatzart haben, jedes einmal, mit Kommas dazwischen
problem-half-life = Eine Zahl von Tagen von 0 bis 36.500 eingeben
tried-asks = Eine Person entscheidet
tried-settles = Die Regel entscheidet
tried-no-answer = Keine Antwort, also entscheidet eine Person: { $why }
