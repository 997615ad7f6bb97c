# Comments and tags.
talk-title = Comments
talk-none = Nobody has said anything yet.
talk-earlier = { $n ->
    [one] 1 earlier comment stands on the timeline
   *[other] { $n } earlier comments stand on the timeline
}
comment-label = Comment
comment-tip = Name somebody with @ and the sign-in name, and they are told. A comment is not changed afterwards. { $most } characters at most.
comment-send = Comment
comment-withdraw = Withdraw
comment-withdrawn = Withdrawn by { $name }, { $when }
comment-by = { $name }, { $when }
comment-said = Your comment is on the record.{ $told-n ->
    [0] {""}
   *[other] {" "}Told: { $told }.
}{ $unseeing-n ->
    [0] {""}
   *[other] {" "}May not see this record and was not told: { $unseeing }.
}{ $unknown-n ->
    [0] {""}
   *[other] {" "}Nobody signs in as { $unknown }.
}
comment-gone = The comment is withdrawn.
problem-comment = Say something in 1 to { $most } characters.
tags-title = Tags
tags-none = No tags
tag-label = Add a tag
tag-add = Add
tag-remove = Take the tag { $tag } away
tags-saved = The tags are saved.
problem-tag = A tag has 1 to { $longest } characters and no comma; a conflict has { $most } at most.
past-commented = Comment: { $text }
past-comment-withdrawn = Comment, withdrawn by { $name }
past-by-comment = Said
decision-comments = Comments on the conflict
said-commented = <b>{ $actor }</b> commented
said-comment-withdrawn = <b>{ $actor }</b> withdrew a comment of { $of }
said-tagged = <b>{ $actor }</b> tagged the conflict “{ $tag }”
said-untagged = <b>{ $actor }</b> took the tag “{ $tag }” away
key-comment = Comment
