flash-decided = Decided { $fields } of { $record }.
