# Not the same record
separate-title = Not the same record?
separate-lead = If one of these rows is about somebody or something else, say which. It becomes a record of its own and is not linked again by its identifier. You can link it again here.
separate-row = The row that is another record
separate-row-choose = Choose a row
separate-reason = Why is it not the same?
separate-send = Separate it
separate-reason-length = Say in 1 to 500 characters why it is not the same record
separate-no-row = Choose the row that is another record
separated-from-here = <b>{ $system } { $id }</b> is another record, { $name } said { $when }: <q>{ $reason }</q>
separated-here = <b>{ $system } { $id }</b> was part of another record until { $name } said { $when }: <q>{ $reason }</q>
separated-other = The other record
separated-rejoin = Link again
flash-separated = Separated. Both records were judged again.
flash-rejoined = Linked again. Both records were judged again.
conflict-separate = Not the same record
said-separated = <b>{ $actor }</b> said that <b>{ $system }</b> <q>{ $id }</q> is another record
said-rejoined = <b>{ $actor }</b> linked <b>{ $system }</b> <q>{ $id }</q> again
