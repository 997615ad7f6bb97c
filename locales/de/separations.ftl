# Nicht derselbe Datensatz
separate-title = Nicht derselbe Datensatz?
separate-lead = Steht eine dieser Zeilen für jemand oder etwas anderes, hier angeben, welche. Sie wird ein eigener Datensatz und über ihre Kennung nicht wieder verknüpft. Zurückzunehmen ist das hier.
separate-row = Die Zeile, die ein anderer Datensatz ist
separate-row-choose = Eine Zeile wählen
separate-reason = Warum ist es nicht derselbe?
separate-send = Abtrennen
separate-reason-length = In 1 bis 500 Zeichen sagen, warum es nicht derselbe Datensatz ist
separate-no-row = Die Zeile wählen, die ein anderer Datensatz ist
separated-from-here = <b>{ $system } { $id }</b> ist ein anderer Datensatz, sagte { $name } { $when }: <q>{ $reason }</q>
separated-here = <b>{ $system } { $id }</b> gehörte zu einem anderen Datensatz, bis { $name } { $when } sagte: <q>{ $reason }</q>
separated-other = Der andere Datensatz
separated-rejoin = Wieder verknüpfen
flash-separated = Abgetrennt. Beide Datensätze wurden neu beurteilt.
flash-rejoined = Wieder verknüpft. Beide Datensätze wurden neu beurteilt.
conflict-separate = Nicht derselbe Datensatz
said-separated = <b>{ $actor }</b> hat gesagt, dass <b>{ $system }</b> <q>{ $id }</q> ein anderer Datensatz ist
said-rejoined = <b>{ $actor }</b> hat <b>{ $system }</b> <q>{ $id }</q> wieder verknüpft
