//! The operations on what people say to each other, what they are told, and what they ask outside.

use super::{ANYBODY, LIMIT, Operation, Parameter};

const TALKERS: &str = "stewards, managers and admins";
const LEADERS: &str = "stewards and managers";
const CURSOR: Parameter = ("cursor", "string", "The cursor `next` of the page before.");

const fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    query: &'static [Parameter],
    answer: &'static str,
) -> Operation {
    Operation { method: "get", path, id, summary, who: Some(ANYBODY), query, body: None, status: 200, answer }
}

const fn post(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    who: &'static str,
    body: Option<&'static str>,
    (status, answer): (u16, &'static str),
) -> Operation {
    Operation { method: "post", path, id, summary, who: Some(who), query: &[], body, status, answer }
}

/// In the order of the paths' words.
pub const TALK: &[Operation] = &[
    get("/api/v1/comments/{id}", "getComment", "One comment.", &[], "CommentView"),
    post(
        "/api/v1/comments/{id}/withdrawal",
        "withdrawComment",
        "Takes a comment back: its text goes, its place stays.",
        "who said it, and managers",
        None,
        (200, "CommentView"),
    ),
    get(
        "/api/v1/conflicts/{id}/comments",
        "listComments",
        "What was said about a conflict, newest first.",
        &[CURSOR, LIMIT],
        "CommentViewList",
    ),
    post(
        "/api/v1/conflicts/{id}/comments",
        "comment",
        "Says something about a conflict, open or closed; those it names by @ are told.",
        TALKERS,
        Some("CommentBody"),
        (201, "SaidView"),
    ),
    get(
        "/api/v1/conflicts/{id}/questions",
        "listQuestions",
        "Questions to people outside about a conflict, newest first.",
        &[CURSOR, LIMIT],
        "QuestionViewList",
    ),
    post(
        "/api/v1/conflicts/{id}/questions",
        "askPerson",
        "Asks one person outside about one field by a link; the conflict waits for the answer.",
        LEADERS,
        Some("QuestionBody"),
        (201, "AskedView"),
    ),
    get("/api/v1/conflicts/{id}/tags", "getTags", "The tags of a conflict.", &[], "TagsView"),
    post(
        "/api/v1/conflicts/{id}/tags",
        "tagConflict",
        "Puts tags on a conflict and takes others off.",
        TALKERS,
        Some("TagBody"),
        (200, "TagsView"),
    ),
    get(
        "/api/v1/letters/{id}",
        "getLetter",
        "Somebody who was told of a decision, and the objection.",
        &[],
        "LetterView",
    ),
    get(
        "/api/v1/notices",
        "listNotices",
        "What the owner of the token is told, the unread first, the newest first.",
        &[("view", "string", "all, or unread alone."), CURSOR, LIMIT],
        "NoticeViewList",
    ),
    post(
        "/api/v1/notices/reading",
        "readNotices",
        "Marks a notice and all before it as read.",
        ANYBODY,
        Some("ReadBody"),
        (200, "ReadView"),
    ),
    post(
        "/api/v1/notices/{id}/reading",
        "readNotice",
        "Marks one notice as read.",
        ANYBODY,
        None,
        (200, "ReadView"),
    ),
    get("/api/v1/questions/{id}", "getQuestion", "One question and its answer.", &[], "QuestionView"),
    post(
        "/api/v1/questions/{id}/withdrawal",
        "withdrawQuestion",
        "Takes a question back: its link answers no longer.",
        "who asked, and managers",
        None,
        (200, "QuestionView"),
    ),
    post(
        "/api/v1/records/{id}/mute",
        "muteRecord",
        "Ends mail about a record to the owner of the token.",
        ANYBODY,
        None,
        (200, "MuteView"),
    ),
    post(
        "/api/v1/records/{id}/unmute",
        "unmuteRecord",
        "Has mail about a record again.",
        ANYBODY,
        None,
        (200, "MuteView"),
    ),
    get(
        "/api/v1/resolutions/{id}/letters",
        "listLetters",
        "Who was told of a decision, oldest first.",
        &[],
        "LetterViewList",
    ),
    post(
        "/api/v1/resolutions/{id}/letters",
        "tellDecision",
        "Tells somebody outside of a decision, with a link by which to object once.",
        LEADERS,
        Some("LetterBody"),
        (201, "ToldView"),
    ),
    get(
        "/api/v1/tags",
        "listTags",
        "The tags of open conflicts, those with the most first.",
        &[LIMIT],
        "TagItemList",
    ),
];
