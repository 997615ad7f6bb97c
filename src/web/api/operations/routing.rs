//! The operations on who looks at a conflict, and when.

use super::{Operation, STEWARDS};

const LEADERS: &str = "stewards and managers";

const fn post(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    who: &'static str,
    body: Option<&'static str>,
) -> Operation {
    Operation {
        method: "post",
        path,
        id,
        summary,
        who: Some(who),
        query: &[],
        body,
        status: 200,
        answer: "ConflictView",
    }
}

/// In the order of the paths' words.
pub const ROUTING: &[Operation] = &[
    post(
        "/api/v1/conflicts/{id}/assignment",
        "assignConflict",
        "Gives a conflict to somebody, or to nobody.",
        LEADERS,
        Some("AssignmentBody"),
    ),
    post(
        "/api/v1/conflicts/{id}/escalation",
        "escalateConflict",
        "Puts a conflict before another desk with a question; it stays in the queue.",
        LEADERS,
        Some("EscalationBody"),
    ),
    post(
        "/api/v1/conflicts/{id}/recall",
        "recallConflict",
        "Brings back a conflict that is put off.",
        STEWARDS,
        None,
    ),
    post(
        "/api/v1/conflicts/{id}/return",
        "returnConflict",
        "Sends a conflict back to whoever escalated or assigned it, with words.",
        LEADERS,
        Some("ReturnBody"),
    ),
    post(
        "/api/v1/conflicts/{id}/wait",
        "putOffConflict",
        "Puts a conflict off until a time, or until a value changes.",
        STEWARDS,
        Some("WaitBody"),
    ),
];
